import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Endpoint } from '../../../lib/contract/documents/remedy';
import { encodeCommand, readReply, type Reply } from './resp';
import type { Sight } from './sight';

type Redis = Extract<Endpoint, { kind: 'redis' }>;

/**
 * Connects, authenticates, and asks who it is: three commands on a bare socket. A Redis client would hide what was seen
 * behind reconnections of its own, and make the bundle larger by its thousand commands.
 */
export async function connectRedis(endpoint: Redis, password: string | null, signal: AbortSignal): Promise<Sight> {
  const { host, port, tls, username, role = 'primary' } = endpoint;
  const socket = tls ? connectTls({ host, port, servername: host }) : connectTcp({ host, port });
  const conversation = new Conversation(socket, signal);
  try {
    await conversation.open(tls ? 'secureConnect' : 'connect');
    if (password !== null)
      await conversation.ask(username === undefined ? ['AUTH', password] : ['AUTH', username, password]);
    await conversation.ask(['PING']);
    const answer = await conversation.ask(['ROLE']);
    const is = Array.isArray(answer) ? String(answer[0]) : String(answer);
    if (role === 'primary' && is !== 'master')
      return { saw: 'read-only replica', detail: `it is a ${is}, and a primary is wanted` };
    return { saw: 'answers', detail: `PONG, ${is}` };
  } finally {
    conversation.end();
  }
}

/** One question at a time over one socket. Rejects when the socket fails, closes, or the signal is aborted. */
class Conversation {
  private fail: (error: Error) => void = () => {};
  private reply: (reply: Reply) => void = () => {};
  private readonly broken: Promise<never>;

  constructor(
    private readonly socket: Socket,
    signal: AbortSignal,
  ) {
    this.broken = new Promise((_, reject) => (this.fail = reject));
    this.broken.catch(() => {}); // nobody may be waiting just then; whoever asks next gets it
    let read: Buffer = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      try {
        read = Buffer.concat([read, chunk]);
        for (let next = readReply(read); next !== null; next = readReply(read)) {
          read = read.subarray(next.end);
          if (next.reply instanceof Error) this.fail(next.reply);
          else this.reply(next.reply);
        }
      } catch (error) {
        this.fail(new Error(`this is not Redis: ${(error as Error).message}`));
      }
    });
    socket.on('error', (error) => this.fail(error));
    socket.on('close', () => this.fail(Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' })));
    signal.addEventListener('abort', () => this.fail(signal.reason as Error), { once: true });
  }

  open(event: 'connect' | 'secureConnect'): Promise<unknown> {
    return Promise.race([this.broken, new Promise((resolve) => this.socket.once(event, resolve))]);
  }

  ask(command: readonly string[]): Promise<Reply> {
    const answer = new Promise<Reply>((resolve) => (this.reply = resolve));
    this.socket.write(encodeCommand(command));
    return Promise.race([this.broken, answer]);
  }

  end(): void {
    this.socket.destroy();
  }
}
