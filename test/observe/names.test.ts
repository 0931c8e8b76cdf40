/** Names and addresses: hosts, resolv.conf, one question and one answer. */
import { describe, expect, test } from 'vitest';
import { dnsAddress, dnsQuestion, hostsAddress, parseResolver } from '../../sandbox/observe/names.ts';

describe('a hosts file', () => {
  const text = '127.0.0.1 localhost\n::1 localhost six\n# 10.0.0.9 db\n10.0.0.2\tweb.example Web # the web\n10.0.0.3 web\n';

  test.each([['localhost', '127.0.0.1'], ['web', '10.0.0.2'], ['WEB.example', '10.0.0.2'], ['db', undefined], ['six', undefined], ['we', undefined]])('%s', (name, address) => {
    expect(hostsAddress(text, name)).toBe(address);
  });
});

test('resolv.conf: three servers at most, and the last search', () => {
  expect(parseResolver('# nameserver 1.1.1.1\nnameserver 10.0.0.1\nsearch a.example\nnameserver\t10.0.0.2\n nameserver 10.0.0.3\nnameserver 10.0.0.4\nsearch b.example c.example\n')).toEqual({
    servers: ['10.0.0.1', '10.0.0.2', '10.0.0.3'], search: ['b.example', 'c.example'],
  });
  expect(parseResolver('')).toEqual({ servers: [], search: [] });
});

describe('an answer of the DNS', () => {
  const question = dnsQuestion(0x1234, 'db.example.');
  const answer = (records: Buffer[], count = records.length): Buffer => {
    const bytes = Buffer.concat([question, ...records]);
    bytes.writeUInt16BE(count, 6);
    return bytes;
  };
  const record = (type: number, data: number[]): Buffer => Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 5, 0, data.length, ...data]);

  test('the question has the name in it, label by label', () => {
    expect(question.subarray(12).toString('latin1')).toBe('\x02db\x07example\0\0\x01\0\x01');
  });

  test('an address, behind an alias', () => {
    expect(dnsAddress(answer([record(5, [1, 97, 0]), record(1, [10, 0, 0, 7])]))).toBe('10.0.0.7');
  });

  test('none, and bytes that end too early', () => {
    expect(dnsAddress(answer([]))).toBeUndefined();
    expect(dnsAddress(answer([record(28, [1, 2, 3, 4])]))).toBeUndefined();
    expect(dnsAddress(answer([], 3))).toBeUndefined();
    expect(dnsAddress(Buffer.from('junk'))).toBeUndefined();
  });
});
