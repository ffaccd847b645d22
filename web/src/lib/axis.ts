/** The marks of an axis that begins at nothing. Pure. */

/** Round steps from 0 up to the first that is not below `most`: 0, 0.5, 1, 1.5. */
export function marks(most: number, about = 4): number[] {
  if (!(most > 0)) return [0];
  const rough = most / about;
  const ten = 10 ** Math.floor(Math.log10(rough));
  const step = ten * ([1, 2, 5].find((one) => one * ten >= rough * 0.999) ?? 10);
  const steps = Math.ceil((most / step) * 0.999_999);
  return Array.from({ length: steps + 1 }, (_, k) => k * step);
}
