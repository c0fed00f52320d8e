import { barLabel, barsOf } from './reporte-series';

const entregas = (por_dia: { dia: string; estado: string; cantidad: number }[]) => ({
  total: 0,
  por_estado: {},
  por_dia,
});

test('when a report is drawn, then each day of its period has a bar, also one without deliveries', () => {
  const bars = barsOf({
    periodo: { desde: '2026-05-19T00:00:00.000Z', hasta: '2026-05-22T00:00:00.000Z' },
    entregas: entregas([
      { dia: '2026-05-19', estado: 'EN_RUTA', cantidad: 2 },
      { dia: '2026-05-19', estado: 'ENTREGADA', cantidad: 3 },
      { dia: '2026-05-21', estado: 'ENTREGADA', cantidad: 1 },
    ]),
  });
  expect(bars).toEqual([
    { cuando: '2026-05-19', creadas: 5, entregadas: 3 },
    { cuando: '2026-05-20', creadas: 0, entregadas: 0 },
    { cuando: '2026-05-21', creadas: 1, entregadas: 1 },
  ]);
});

test('when the period is long, then there is a bar for each month', () => {
  const bars = barsOf({
    periodo: { desde: '2026-01-15T00:00:00.000Z', hasta: '2026-06-02T00:00:00.000Z' },
    entregas: entregas([{ dia: '2026-03-01', estado: 'EN_RUTA', cantidad: 2 }]),
  });
  expect(bars.map(({ cuando, creadas }) => [barLabel(cuando, 'es'), creadas])).toEqual([
    ['ene 2026', 0],
    ['feb 2026', 0],
    ['mar 2026', 2],
    ['abr 2026', 0],
    ['may 2026', 0],
    ['jun 2026', 0],
  ]);
});
