// Before the first paint: the theme that was chosen, and the language.
try {
  const tema = localStorage.getItem('medisupply.tema');
  if (tema === 'claro' || tema === 'oscuro') document.documentElement.dataset.tema = tema;
  const languages = [localStorage.getItem('medisupply.idioma') ?? '', ...navigator.languages];
  const known = languages.map((tag) => tag.slice(0, 2).toLowerCase()).find((tag) => /^e[sn]$/.test(tag));
  if (known) document.documentElement.lang = known;
} catch {
  // Storage may be forbidden; the system's theme it is.
}
