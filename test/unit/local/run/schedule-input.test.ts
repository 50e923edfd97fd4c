import { inputOf } from '../../../../local/run/deploy/schedule-input';

const AT = new Date('2026-01-01T12:00:00.123Z');
const target = { Id: 'x', Arn: 'y' };

test('a constant is handed on', () =>
  expect(inputOf({ ...target, Input: '{"source":"wake"}' }, AT)).toEqual({ source: 'wake' }));

test('a template gets the time of the event, in seconds as EventBridge has it', () => {
  const InputTransformer = { InputPathsMap: { time: '$.time' }, InputTemplate: '{"a":1,"time":<time>}' };
  expect(inputOf({ ...target, InputTransformer }, AT)).toEqual({ a: 1, time: '2026-01-01T12:00:00Z' });
});

test('another value of the event is refused, not made up', () => {
  const InputTransformer = { InputPathsMap: { x: '$.detail' }, InputTemplate: '{"x":<x>}' };
  expect(() => inputOf({ ...target, InputTransformer }, AT)).toThrow('knows no $.detail');
});
