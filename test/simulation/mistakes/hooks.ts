/** A stand-in for what is exported under this name; made from the real one. */
export type Wrap = (real: unknown) => unknown;

const planted = new Map<string, Wrap>();
const made = new Map<string, unknown>();
let touched = false;

/** Plants one mistake, or none. */
export function plant(key: string | null, wrap: Wrap = (real) => real): void {
  planted.clear();
  made.clear();
  touched = false;
  if (key !== null) planted.set(key, wrap);
}

/** Whether what was planted was ever used. */
export const wasTouched = (): boolean => touched;

/** What is to be used for an export now. @public: bundled shells call it by name. */
export function current(key: string, real: unknown): unknown {
  const wrap = planted.get(key);
  if (wrap === undefined) return real;
  touched = true;
  if (!made.has(key)) made.set(key, wrap(real));
  return made.get(key);
}
