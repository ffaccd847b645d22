/** Files out of the browser: saved by the browser's own download, never sent anywhere. */

const MOST_PIXELS = 64_000_000;
const MOST_SIDE = 8_000;

export function save(name: string, type: string, content: string | Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(typeof content === "string" ? new Blob([content], { type }) : content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Where a picture of the document finds it; the caller revokes it. */
export const sourceOf = (svg: string): string => URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));

async function picture(svg: string): Promise<HTMLImageElement> {
  const image = new Image();
  image.src = sourceOf(svg);
  await image.decode();
  return image;
}

/** The picture as PNG, twice as fine as on the screen where that is not too large for a browser. */
export async function png(svg: string): Promise<Blob> {
  const image = await picture(svg);
  const { naturalWidth: w, naturalHeight: h } = image;
  const scale = Math.min(2, MOST_SIDE / w, MOST_SIDE / h, Math.sqrt(MOST_PIXELS / (w * h)));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(w * scale);
  canvas.height = Math.round(h * scale);
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  URL.revokeObjectURL(image.src);
  return new Promise((done, failed) =>
    canvas.toBlob((blob) => (blob ? done(blob) : failed(new Error("the browser made no picture"))), "image/png"),
  );
}
