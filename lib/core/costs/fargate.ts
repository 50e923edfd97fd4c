import { propertiesOf, type Template } from '../../contract/documents/template';
import { fields, number, optional, text } from '../../contract/shape';
import { HOURS_OF_MONTH, type Quantity } from './item';

const service = propertiesOf(
  'AWS::ECS::Service',
  fields({ DesiredCount: optional(number), TaskDefinition: fields({ Ref: text }) }),
);
const task = propertiesOf(
  'AWS::ECS::TaskDefinition',
  fields({
    Family: text,
    /** Units: 1024 are one vCPU. */
    Cpu: text,
    Memory: text,
    RuntimePlatform: optional(fields({ CpuArchitecture: optional(text) })),
    EphemeralStorage: optional(fields({ SizeInGiB: number })),
  }),
);
const scaling = propertiesOf('AWS::ApplicationAutoScaling::ScalableTarget', fields({ MinCapacity: number }));

/** So much of a task's disk costs nothing. */
const FREE_DISK_GIB = 20;

/** Tasks of a stack, as many as there are at least: scaling out costs more. */
export function computeOfTasks({ Resources }: Template): Quantity[] {
  const of = (type: string): unknown[] =>
    Object.values(Resources).flatMap(({ Type, Properties }) => (Type === type ? [Properties] : []));
  const least = of('AWS::ApplicationAutoScaling::ScalableTarget').map((one) => scaling(one).MinCapacity)[0] ?? 1;
  return of('AWS::ECS::Service').flatMap((one) => {
    const { DesiredCount = least, TaskDefinition } = service(one);
    const { Family, Cpu, Memory, RuntimePlatform, EphemeralStorage } = task(Resources[TaskDefinition.Ref]?.Properties);
    const isArm = RuntimePlatform?.CpuArchitecture === 'ARM64';
    const hours = DesiredCount * HOURS_OF_MONTH;
    const disk = Math.max(0, (EphemeralStorage?.SizeInGiB ?? 0) - FREE_DISK_GIB);
    const common = { name: `tasks ${Family}`, plane: 'data', from: 'templates' } as const;
    return [
      {
        ...common,
        rate: isArm ? 'fargateVcpuHourArm' : 'fargateVcpuHourX86',
        counted: (Number(Cpu) / 1024) * hours,
        unit: 'vCPU-hours',
      },
      {
        ...common,
        rate: isArm ? 'fargateGbHourArm' : 'fargateGbHourX86',
        counted: (Number(Memory) / 1024) * hours,
        unit: 'GB-hours',
      },
      { ...common, rate: 'fargateDiskGbHour', counted: disk * hours, unit: 'GB-hours of disk' },
    ];
  });
}
