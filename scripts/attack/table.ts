/** What was found, for people. */
import { styleText } from 'node:util';
import { textTable } from '../report/text-table.ts';
import type { AttackReport, CaseResult } from './suite.ts';
import { CLASSES, verdict } from './suite.ts';

const COLUMNS = ['clase', 'casos', 'rechazados', 'entraron', 'fallaron', 'no probados'] as const;

export function toTable(report: AttackReport): string {
  const { casos, cifras, muertes, segundos, semilla } = report;
  const rows = CLASSES.filter((clase) => casos.some((each) => each.clase === clase)).map((clase) =>
    rowOf(
      clase,
      casos.filter((each) => each.clase === clase),
    ),
  );
  const total = rowOf('total', casos);
  const lines = textTable([COLUMNS, ...rows, total]);
  const against = verdict(report);
  const notTried = casos.filter(({ resultado }) => resultado === 'no probado');
  return [
    ...lines,
    '',
    `${cifras.requests} solicitudes en ${segundos.toFixed(0)} s, semilla ${semilla}: ${cifras.serverErrors.length} × 5xx, ` +
      `${muertes.length} procesos terminados, ${cifras.badRefusals.length} rechazos sin problem+json, ` +
      `${cifras.tooMany} × 429`,
    ...notTried.map(({ clase, nombre, detalle }) => `! no probado: ${clase} › ${nombre}: ${detalle}`),
    ...against.map((each) => `${styleText('red', '✗')} ${each}`),
    against.length === 0 ? styleText('green', '✓ nadie entró') : '',
    closing(report),
  ]
    .filter((line, at) => line !== '' || at === lines.length)
    .join('\n');
}

const rowOf = (name: string, cases: readonly CaseResult[]): string[] => [
  name,
  String(cases.length),
  ...(['rechazado', 'entró', 'falló', 'no probado'] as const).map((resultado) =>
    String(cases.filter((each) => each.resultado === resultado).length),
  ),
];

/** As `npm test` ends: counted by .ci/run. */
export function closing(report: AttackReport): string {
  const { casos } = report;
  const passed = casos.filter(({ resultado }) => resultado === 'rechazado').length;
  return `${passed} passed, ${verdict(report).length} failed`;
}
