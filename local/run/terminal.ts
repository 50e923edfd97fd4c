import { styleText } from 'node:util';

/** A text's lines, broken between words at so many columns, the further ones indented. Words are never cut. */
export function wrap(text: string, columns: number, indent: string): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line.trim() !== '' && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = indent + word;
    } else line = line === '' && lines.length === 0 ? word : `${line} ${word}`;
  }
  return [...lines, line].join('\n');
}

export type Tone = 'good' | 'bad' | 'warn' | 'plain' | 'faint';
const STYLES = { good: 'green', bad: 'red', warn: 'yellow', faint: 'dim' } as const;

/** Where a person looks: colour, the terminal's width and a clock on the step under way, none of them in a file or pipe. */
export class Terminal {
  private step: { readonly text: string; readonly since: number } | null = null;
  private ticker: NodeJS.Timeout | undefined;

  constructor(private readonly out: NodeJS.WriteStream = process.stdout) {}

  /** One or more lines. */
  say(text: string, tone: Tone = 'plain'): void {
    this.clearClock();
    this.out.write(`${this.paint(this.out.isTTY ? this.fitted(text) : text, tone)}\n`);
  }

  /** A step begins; on a terminal its seconds are counted until something else is said. */
  begin(text: string): void {
    this.say(text, 'plain');
    if (!this.out.isTTY) return;
    this.step = { text: `  … ${text.trim().replace(/^· /, '')}`.slice(0, this.columns - 8), since: Date.now() };
    this.ticker = setInterval(() => this.tick(), 1_000);
  }

  /** Nothing is under way any more. */
  end(): void {
    this.clearClock();
    this.step = null;
  }

  get columns(): number {
    return Math.max(40, this.out.columns ?? 80);
  }

  private paint(text: string, tone: Tone): string {
    if (tone === 'plain' || !this.out.isTTY || process.env.NO_COLOR) return text;
    return styleText(STYLES[tone], text);
  }

  private fitted(text: string): string {
    return text
      .split('\n')
      .map((line) => (line.length <= this.columns || line.startsWith('  ') ? line : wrap(line, this.columns, '    ')))
      .join('\n');
  }

  private tick(): void {
    if (this.step === null) return;
    const seconds = Math.round((Date.now() - this.step.since) / 1000);
    if (seconds >= 2) this.out.write(`\r${this.step.text} ${seconds} s`);
  }

  private clearClock(): void {
    clearInterval(this.ticker);
    if (this.step !== null && this.out.isTTY) this.out.write(`\r${' '.repeat(this.columns - 1)}\r`);
    this.step = null;
  }
}
