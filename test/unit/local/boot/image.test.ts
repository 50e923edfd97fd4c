import { imageName, onEc2, recipe } from '../../../../local/boot/image/recipe';

const SOURCE = 'import x\n\n\ndef identify_platform():\n    # identify the platform\n    data = collect()\n';

test('cloud-init is told that this is EC2', () => {
  expect(onEc2(SOURCE)).toContain('def identify_platform():\n    return CloudNames.AWS\n');
});

test('a cloud-init that asks otherwise is not taken as it is', () => {
  expect(() => onEc2('def platform():\n')).toThrow('has another form');
  expect(() => onEc2(`${SOURCE}${SOURCE}`)).toThrow('has another form');
});

test('another recipe is another root', () => {
  const now = recipe('bookworm');
  expect(imageName(recipe('bookworm'))).toBe(imageName(now));
  const others = [
    recipe('trixie'),
    { ...now, packages: [...now.packages, 'less'] },
    { ...now, awscli: 'awscli==1.0.0' },
    { ...now, files: { ...now.files, 'usr/bin/dnf': '#!/bin/sh\n' } },
  ].map(imageName);
  expect(new Set([imageName(now), ...others]).size).toBe(5);
});
