import fc from 'fast-check';
import { HELD_ALERTS, IN_HELD_ALERTS } from '../../../lib/contract/documents/alerts';
import { listSlices, WHOLE } from '../../../lib/contract/list-slices';

const parsed = (text: string, most: number): unknown[] | null => {
  try {
    return [...listSlices(text, WHOLE, most)].flatMap((slice) => JSON.parse(slice) as unknown[]);
  } catch {
    return null;
  }
};
const whole = (text: string): unknown[] | null => {
  try {
    return JSON.parse(text) as unknown[];
  } catch {
    return null;
  }
};

describe('a list in slices', () => {
  it('is the same list, however long the slices are and however it is written', () => {
    const lists = fc.array(fc.jsonValue(), { maxLength: 8 });
    fc.assert(
      fc.property(lists, fc.nat(40), fc.constantFrom(0, 2), (list, most, indent) => {
        expect(parsed(JSON.stringify(list, null, indent), most)).toEqual(whole(JSON.stringify(list, null, indent)));
      }),
    );
  });

  it('is one exactly when the whole text is one', () => {
    const texts = fc.array(fc.constantFrom('[', ']', '{', '}', ',', '1', '"a"', '"', '\\', ' ', ':'), { maxLength: 9 });
    fc.assert(
      fc.property(texts, fc.nat(4), (parts, most) => {
        const text = `[${parts.join('')}`;
        expect(parsed(text, most)).toEqual(whole(text));
      }),
      { numRuns: 5_000 },
    );
  });

  it.each(['[1,]', '[1,,2]', '[1,  ,2]', '[1],[2]', '[1}', '[1] 2', '[', '[1,2'])('%s is none', (text) => {
    for (const most of [0, 1, 2]) expect(parsed(text, most)).toBeNull();
  });

  it('ends no slice within an item', () => {
    const items = [{ a: ['x', 'y, z'] }, { b: '],[' }, { c: '"\\' }];
    const slices = [...listSlices(JSON.stringify(items), WHOLE, 1)];
    expect(slices.map((slice) => JSON.parse(slice) as unknown)).toEqual(items.map((item) => [item]));
  });

  it('may be in a document, written by this version or an earlier one', () => {
    const alerts = ['A', 'B', 'C'].map((alertname) => ({ labels: { alertname } }));
    for (const indent of [0, 2]) {
      const slices = [...listSlices(JSON.stringify({ alerts }, null, indent), IN_HELD_ALERTS, 1)];
      expect(slices).toHaveLength(3);
      expect(slices.flatMap((slice) => HELD_ALERTS.parse(slice, 'here').alerts)).toEqual(alerts);
    }
    const other = JSON.stringify({ more: 1, alerts });
    expect([...listSlices(other, IN_HELD_ALERTS, 1)]).toEqual([other]);
    const [, last] = listSlices('{"alerts":[{"labels":{}},]}', IN_HELD_ALERTS, 1);
    expect(() => HELD_ALERTS.parse(last!, 'here')).toThrow('is not JSON');
  });
});
