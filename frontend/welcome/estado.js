/** Asks every service on the page for its health, again every few seconds while the page is in view. */
const EVERY_MS = 5000;
const DEADLINE_MS = 4000;

const cards = [...document.querySelectorAll('[data-salud]')];
const summary = document.querySelector('#resumen');

async function health(card) {
  const label = card.querySelector('.estado');
  const started = performance.now();
  let answer = null;
  try {
    const response = await fetch(card.dataset.salud, {
      cache: 'no-store',
      signal: AbortSignal.timeout(DEADLINE_MS),
    });
    if (response.ok) answer = await response.json();
  } catch {
    // Not reachable: shown as such.
  }
  const healthy = answer?.status === 'healthy';
  const time = Math.round(performance.now() - started);
  label.className = `estado ${healthy ? 'bien' : 'mal'}`;
  label.textContent = healthy ? `Responde · ${time} ms` : 'No responde';
  label.title = healthy ? `Versión ${answer.version}` : '';
  return healthy;
}

async function refresh() {
  if (!document.hidden) {
    const states = await Promise.all(cards.map(health));
    const missing = states.filter((healthy) => !healthy).length;
    const text = missing === 0 ? 'Todo responde' : `${missing} de ${states.length} no responden`;
    // Written only when it changes: screen readers announce it.
    if (summary.textContent !== text) summary.textContent = text;
  }
  setTimeout(refresh, EVERY_MS);
}

/** The addresses of this installation, on the host under which this page was opened. */
async function showAddresses() {
  const response = await fetch('/puertos.json');
  if (!response.ok) return;
  const ports = await response.json();
  const address = (name) => `${location.protocol}//${location.hostname}:${ports[name]}`;
  for (const card of document.querySelectorAll('[data-puerto]')) {
    const link = card.querySelector('[data-direccion]');
    link.href = address(card.dataset.puerto) + (card.dataset.salud ? '/health' : '/');
    link.textContent = new URL(link.href).host;
  }
  document.querySelector('[data-origen]').textContent = address('gateway');
}

void showAddresses().catch(() => {});
void refresh();
