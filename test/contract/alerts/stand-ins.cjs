'use strict';
/** Two Alertmanagers of one cluster, in a thread of their own: what they do with thousands of alerts is no part of the agent's time. */
const { Buffer } = require('node:buffer');
const { createServer } = require('node:http');
const { parentPort, workerData } = require('node:worker_threads');

/** How many each has, by the names of its alerts' label `n`. */
const counts = new Int32Array(workerData);
let list = '[]';

const standIn = (place) => {
  const has = new Set();
  const status = { cluster: { status: 'ready', name: `m${place}`, peers: [{ name: 'm0' }, { name: 'm1' }] } };
  return createServer((request, response) => {
    if (request.method === 'GET') return response.end(request.url.includes('status') ? JSON.stringify(status) : list);
    const parts = [];
    request
      .on('data', (part) => parts.push(part))
      .on('end', () => {
        for (const { labels } of JSON.parse(Buffer.concat(parts).toString())) has.add(labels.n);
        Atomics.store(counts, place, has.size);
        response.end();
      });
  }).listen(0, '127.0.0.1');
};
const servers = [0, 1].map(standIn);

/** What both answer from now on. */
parentPort.on('message', (text) => {
  list = text;
  parentPort.postMessage('told');
});
Promise.all(servers.map((server) => new Promise((up) => server.once('listening', up)))).then(() =>
  parentPort.postMessage(servers.map((server) => `127.0.0.1:${server.address().port}`)),
);
