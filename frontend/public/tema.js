// Before the first paint: the theme that was chosen, and the language.
try {
  const tema = localStorage.getItem('medisupply.tema');
  if (tema === 'claro' || tema === 'oscuro') document.documentElement.dataset.tema = tema;
  if (localStorage.getItem('medisupply.idioma') === 'en') document.documentElement.lang = 'en';
} catch {
  // Storage may be forbidden; the system's theme it is.
}
