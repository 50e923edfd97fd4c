import { request as httpRequest } from 'node:http';

/** Calls an action of the running system. @throws Error with what the runner answered */
export function callControl<T>(socket: string, name: string, body: Readonly<Record<string, unknown>> = {}): Promise<T> {
  return new Promise((resolve, reject) => {
    const req = httpRequest({ socketPath: socket, path: `/${name}`, method: 'POST' }, (res) => {
      let text = '';
      res
        .setEncoding('utf8')
        .on('data', (chunk: string) => (text += chunk))
        .on('end', () => {
          const value = JSON.parse(text) as T & { error?: string };
          if (res.statusCode === 200) resolve(value);
          else reject(new Error(`${name}: ${value.error}`));
        });
    });
    req.once('error', (error) => reject(new Error(`the local run does not answer at ${socket}: ${error.message}`)));
    req.end(JSON.stringify(body));
  });
}
