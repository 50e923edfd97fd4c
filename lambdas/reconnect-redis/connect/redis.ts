import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { Decoder } from '@redis/client/dist/lib/RESP/decoder';
import encodeCommand from '@redis/client/dist/lib/RESP/encoder';
import type { Endpoint } from '../../../lib/contract/documents/remedy';
import type { Sight } from './sight';

type Redis = Extract<Endpoint, { kind: 'redis' }>;

/**
 * Connects, authenticates, and asks who it is. The protocol is the Redis client's own; its connections are not used,
 * because they hide what was seen behind reconnections of their own (and make the bundle four times as large).
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
    const [is] = (await conversation.ask(['ROLE'])) as [string];
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
  private reply: (reply: unknown) => void = () => {};
  private readonly broken: Promise<never>;

  constructor(
    private readonly socket: Socket,
    signal: AbortSignal,
  ) {
    this.broken = new Promise((_, reject) => (this.fail = reject));
    this.broken.catch(() => {}); // nobody may be waiting just then; whoever asks next gets it
    const decoder = new Decoder({
      onReply: (reply) => this.reply(reply),
      onErrorReply: (error) => this.fail(error),
      onPush: () => {},
      getTypeMapping: () => ({}),
    });
    socket.on('data', (chunk) => {
      try {
        decoder.write(chunk);
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

  ask(command: readonly string[]): Promise<unknown> {
    const answer = new Promise((resolve) => (this.reply = resolve));
    this.socket.write(encodeCommand([...command]).join(''));
    return Promise.race([this.broken, answer]);
  }

  end(): void {
    this.socket.destroy();
  }
}
