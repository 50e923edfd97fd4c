import { get } from 'node:http';

/**
 * GET, the whole answer as text. A connection of its own for each: what a probe wants to know includes whether new ones
 * are accepted, and no more of them are open than answers are awaited. Costs half of fetch's processor time, which is
 * what a probe of many nodes is made of.
 *
 * @throws the signal's reason when it fires first; an error for any other status than 2xx
 */
export function httpGet(url: string, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => reject(signal.aborted ? (signal.reason as Error) : error);
    const request = get(url, { agent: false, signal }, (response) => {
      const { statusCode = 0 } = response;
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => (text += part));
      response.on('error', fail);
      response.on('end', () => {
        if (statusCode >= 200 && statusCode < 300) resolve(text);
        else reject(new Error(`HTTP ${statusCode}`));
      });
    });
    request.on('error', fail);
  });
}
