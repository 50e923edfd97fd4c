import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateLaunchTemplateCommand,
  CreateLaunchTemplateVersionCommand,
  DescribeLaunchTemplateVersionsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { startEmulator, type Emulator } from '../../../local/emulator/deploy';
import { LOCAL_CREDENTIALS } from '../../../local/run/deploy/read-back';
import { resolveTools } from '../../../local/tools';

const dir = mkdtempSync(join(tmpdir(), 'promha-templates-'));
let emulator: Emulator;

beforeAll(async () => {
  const { moto_server } = await resolveTools(['moto_server']);
  const { python, env } = moto_server;
  emulator = await startEmulator({ python, env, listen: ['127.0.0.1:0'], log: join(dir, 'log') });
});
afterAll(async () => {
  await emulator.stop();
  rmSync(dir, { recursive: true });
});

test('a version of a launch template takes what it does not say from the one that it is made of', async () => {
  const ec2 = new EC2Client({
    endpoint: `http://${emulator.listen[0]}`,
    region: 'eu-west-1',
    credentials: LOCAL_CREDENTIALS,
  });
  const IamInstanceProfile = { Name: 'a-profile' };
  const LaunchTemplateName = 'a-template';
  await ec2.send(
    new CreateLaunchTemplateCommand({
      LaunchTemplateName,
      LaunchTemplateData: { IamInstanceProfile, UserData: 'b2xk', ImageId: 'ami-1' },
    }),
  );
  const made = { LaunchTemplateName, LaunchTemplateData: { UserData: 'bmV3' } };
  await ec2.send(new CreateLaunchTemplateVersionCommand({ ...made, SourceVersion: '1' }));
  await ec2.send(new CreateLaunchTemplateVersionCommand(made));
  const { LaunchTemplateVersions } = await ec2.send(new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateName }));
  const of = (version: number) =>
    LaunchTemplateVersions!.find(({ VersionNumber }) => VersionNumber === version)!.LaunchTemplateData!;
  expect(of(2)).toMatchObject({ IamInstanceProfile, UserData: 'bmV3', ImageId: 'ami-1' });
  expect(of(3).IamInstanceProfile).toBeUndefined();
}, 60_000);
