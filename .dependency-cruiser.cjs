/** The import arrows of docs/architecture.md, as rules: apps → libs; adapters never meet; mathematics stays pure. */
const lib = (name) => `^libs/${name}/`;
const npm = (name) => `^node_modules/${name}(/|$)`;
const forbid = (name, from, to, comment) => ({ name, severity: 'error', comment, from, to });
const onlyIn = (name, packages, ...homes) =>
  forbid(
    `${name}-only-in`,
    { path: '^(apps|libs)/', pathNot: homes },
    { path: packages.map(npm).join('|') },
    `${name} has one home`,
  );

module.exports = {
  forbidden: [
    forbid('no-cycles', {}, { circular: true }, 'A cycle means two things are one'),
    forbid(
      'apps-are-islands',
      { path: '^apps/([^/]+)/' },
      { path: '^apps/', pathNot: '^apps/$1/' },
      'Shared code goes down to a lib',
    ),
    forbid(
      'libs-know-no-apps',
      { path: '^libs/' },
      { path: '^(apps|tests|deploy)/', pathNot: '^tests/fixtures/' },
      'Arrows point down; unit tests read fixtures',
    ),
    forbid('stats-is-alone', { path: lib('stats') }, { path: '^libs/(?!stats/)' }, 'Numbers in, number out'),
    forbid(
      'contracts-are-alone',
      { path: lib('contracts') },
      { path: '^libs/(?!contracts/)' },
      'Contracts depend on nothing of ours',
    ),
    forbid(
      'platform-is-alone',
      { path: lib('platform') },
      { path: '^libs/(?!platform/)' },
      'Platform serves all',
    ),
    forbid(
      'outbound-is-plain',
      { path: lib('outbound') },
      { path: '^libs/(?!outbound/|platform/)' },
      'Guarded calls know nothing of what is said',
    ),
    forbid(
      'monitoring-is-pure',
      { path: lib('monitoring') },
      { path: '^libs/(?!monitoring/|stats/|contracts/)' },
      'No I/O in monitors',
    ),
    forbid(
      'adapters-never-meet',
      { path: '^libs/(store|queue|kafka|notify)/' },
      { path: '^libs/(store|queue|kafka|notify|stats|monitoring)/', pathNot: '^libs/$1/' },
      'One adapter each; apps compose them',
    ),
    forbid(
      'framework-only-in-service',
      { path: '^libs/', pathNot: lib('service') },
      { path: `${npm('@nestjs')}|${npm('nestjs-pino')}` },
      'Libs are plain; apps and their frame know the framework',
    ),
    forbid(
      'service-frames-apps',
      { path: '^libs/(?!service/)' },
      { path: lib('service') },
      'Only apps stand in the frame',
    ),
    forbid(
      'tests-stay-outside',
      { path: '^(apps|libs)/', pathNot: '\\.test\\.ts$' },
      { path: '^tests/|\\.test\\.ts$' },
      'Shipped code never imports tests',
    ),
    onlyIn('clickhouse', ['@clickhouse/client'], lib('store')),
    onlyIn('bullmq', ['bullmq', '@nestjs/bullmq'], lib('queue'), '^apps/worker/'),
    onlyIn('kafkajs', ['kafkajs'], lib('kafka')),
    forbid('no-unresolvable', {}, { couldNotResolve: true }, 'Every import resolves'),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default'],
    },
  },
};
