import { mount } from "svelte";
import App from "./App.svelte";
import "./app.css";
import "./print.css";
import { followTheme } from "./lib/settings.svelte";

followTheme();

const place = document.getElementById("page");
if (place) mount(App, { target: place });
