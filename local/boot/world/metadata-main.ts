/**
 * The metadata service of a booted instance, as a process in the instance's network: metadata-main.ts <file>, with the
 * file's { identity, boot }.
 */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { startMetadataService } from '../../run/hosts/imds';

const ADDRESS = '169.254.169.254';
const given = z.object({
  identity: z.object({ instanceId: z.string(), address: z.string(), zone: z.string(), region: z.string() }),
  boot: z.object({
    userData: z.string(),
    account: z.string(),
    credentials: z
      .object({ role: z.string(), accessKeyId: z.string(), secretAccessKey: z.string(), token: z.string() })
      .nullable(),
  }),
});
export type Given = z.infer<typeof given>;

const { identity, boot } = given.parse(JSON.parse(readFileSync(process.argv[2]!, 'utf8')));
startMetadataService(identity, ADDRESS, boot, 80).catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
