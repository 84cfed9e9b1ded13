/** Which addresses a webhook may lead to. */
import t from 'tap'
import { isPublicAddress } from '../../src/notify/public-address.ts'

const refused = [
  '0.0.0.0', '10.0.0.1', '100.64.0.1', '127.0.0.1', '127.255.255.254', '169.254.169.254', '172.16.0.1', '172.31.255.255',
  '192.0.0.8', '192.0.2.1', '192.168.1.1', '198.18.0.1', '198.51.100.1', '203.0.113.1', '224.0.0.1', '239.255.255.255',
  '240.0.0.1', '255.255.255.255', '::', '::1', '::ffff:127.0.0.1', '::ffff:8.8.8.8', '::8.8.8.8', '64:ff9b::808:808',
  'fe80::1', 'fc00::1', 'fd00:ec2::254', 'ff02::1', '2001:db8::1', '2001::1', '2002:7f00:1::', '3fff::1',
  'localhost', 'example.com', '', '127.1', '0x7f.1', '2130706433', '[::1]',
]
for (const address of refused) {
  t.test(`refused: ${address}`, async (t) => t.equal(isPublicAddress(address), false))
}

const allowed = ['8.8.8.8', '93.184.216.34', '172.15.0.1', '172.32.0.1', '100.128.0.1', '192.169.0.1', '223.255.255.254', '2a00:1450:4001::200e', '2606:4700::1111']
for (const address of allowed) {
  t.test(`allowed: ${address}`, async (t) => t.equal(isPublicAddress(address), true))
}
