// What the rig asks inside a page. Every function is pure reading; nothing stays behind in the page.
const words = (text) => (text || '').replace(/\s+/g, ' ').trim();
const seen = (element) => element.getClientRects().length > 0 && getComputedStyle(element).visibility !== 'hidden';
const best = (elements, wanted, said) => {
  const named = elements.map((element) => [element, said(element)]);
  const tests = [(t) => t === wanted, (t) => t.startsWith(wanted), (t) => t.includes(wanted)];
  for (const test of tests) {
    const found = named.find(([, texts]) => texts.some((text) => text && test(text)));
    if (found) return found[0];
  }
  return null;
};
const labels = (control) => [...(control.labels || [])].map((label) => words(label.textContent));
const labelled = (control) => (control.getAttribute('aria-labelledby') || '').split(' ').filter(Boolean)
  .map((id) => words(document.getElementById(id)?.textContent));
const names = (control) => [...labels(control), words(control.getAttribute('aria-label')), ...labelled(control)];
const CONTROLS = 'input:not([type=hidden]):not([type=submit]):not([type=button]):not([type=image]), select, textarea';

// The thing a reader would press who sees this text.
const target = (text) => best(
  [...document.querySelectorAll('a[href], button, input[type=submit], input[type=button], summary, label, [role=button]')]
    .filter((element) => seen(element) && !element.disabled),
  words(text),
  (element) => [words(element.innerText), words(element.value), words(element.getAttribute('aria-label'))]);

// The field that carries this label. A ticked box or file field may be hidden behind its drawn label.
const control = (label) => best(
  [...document.querySelectorAll(CONTROLS)].filter((element) => seen(element) || [...(element.labels || [])].some(seen)),
  words(label), names);

const told = (element) => {
  const id = element.id ? '#' + element.id : '';
  const name = element.getAttribute('name') ? '[name=' + element.getAttribute('name') + ']' : '';
  return element.tagName.toLowerCase() + id + name + ' "' + words(element.innerText || element.value).slice(0, 30) + '"';
};

// Gives a date, a time or a choice its value as the browser's own picker would.
const put = (element, value) => {
  if (element.tagName === 'SELECT') {
    const option = best([...element.options], words(value), (option) => [words(option.textContent), option.value]);
    if (!option) return 'has no option ' + value + ', only: ' + [...element.options].map((o) => words(o.textContent)).join(', ');
    element.value = option.value;
  } else {
    element.value = value;
    if (element.value !== value) return 'does not take ' + value;
  }
  element.dispatchEvent(new Event('input', { bubbles: true }));
  element.dispatchEvent(new Event('change', { bubbles: true }));
  return '';
};

const box = (element) => {
  const areas = [element, ...(element.labels || []), element.closest('label')].filter((area) => area && seen(area));
  const rects = areas.map((area) => area.getBoundingClientRect());
  return [Math.max(0, ...rects.map((r) => r.width)), Math.max(0, ...rects.map((r) => r.height))];
};

// Colours: [red, green, blue, alpha] of a computed colour, and how far two opaque ones stand apart (WCAG 2).
const channels = (colour) => {
  const found = colour.match(/^rgba?\(([^)]+)\)$/);
  if (!found) return null;
  const parts = found[1].split(/[\s,/]+/).filter(Boolean).map(Number);
  return parts.length > 3 ? parts : [...parts, 1];
};
const over = (top, below) => [0, 1, 2].map((at) => top[at] * top[3] + below[at] * (1 - top[3])).concat(1);
const light = (colour) => {
  const [r, g, b] = colour.slice(0, 3).map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (one, two) => {
  const [dark, bright] = [light(one), light(two)].sort((a, b) => a - b);
  return (bright + 0.05) / (dark + 0.05);
};
// What lies behind an element; null where a picture does, which is not judged.
const ground = (element) => {
  const layers = [];
  for (let at = element; at; at = at.parentElement) {
    const style = getComputedStyle(at);
    if (style.backgroundImage !== 'none' && !/url\("data:/.test(style.backgroundImage)) return null;
    const colour = channels(style.backgroundColor);
    if (!colour) return null;
    if (colour[3] > 0) layers.push(colour);
    if (colour[3] === 1) break;
  }
  return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255, 1]);
};
const ownText = (element) => [...element.childNodes].some((node) => node.nodeType === 3 && words(node.data));
const hidden = (element) => {
  const r = element.getBoundingClientRect();
  return r.width <= 1 || r.height <= 1 || r.bottom <= 0 || element.closest('[aria-hidden=true], noscript, svg');
};

// Text that is too faint, and text that its box cuts off without saying so.
const readable = () => {
  const found = [];
  for (const element of [...document.querySelectorAll('body *')].filter((e) => ownText(e) && seen(e) && !hidden(e))) {
    const style = getComputedStyle(element);
    const [behind, colour] = [ground(element), channels(style.color)];
    if (behind && colour) {
      const size = parseFloat(style.fontSize);
      const least = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
      const ratio = contrast(over(colour, behind), behind);
      if (ratio < least - 0.05) found.push(told(element) + ' has a contrast of ' + ratio.toFixed(1) + ', under ' + least);
      if (size < 11.9) found.push(told(element) + ' is written ' + size + ' px high, under 12');
    }
    const cut = ['hidden', 'clip'].includes(style.overflowX) && element.scrollWidth > element.clientWidth + 1;
    if (cut && style.textOverflow !== 'ellipsis') found.push(told(element) + ' is cut off');
  }
  return [...new Set(found)];
};

// What Tab can reach, one radio for its group, in the order of the page.
const stops = () => [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]')]
  .filter((e) => seen(e) && e.checkVisibility() && !e.disabled && e.tabIndex >= 0)
  .filter((e, at, list) => e.type !== 'radio' || !e.name
    || (e.form ? [...e.form.elements] : list).filter((o) => o.type === 'radio' && o.name === e.name)
      .find((o, _, group) => o.checked || (o === group[0] && !group.some((g) => g.checked))) === e);

// Sets the next Tab before everything else, wherever the page itself put the focus.
const fromTheTop = () => {
  document.body.tabIndex = -1;
  document.body.focus();
  document.body.removeAttribute('tabindex');
  return stops();
};

// What elder mode asks for (design rule 7): text of 18 px, titles and key figures of 30, main controls of 60 x 60.
const FIGURES = '.huge, .big, .counts dd, .figs dd';
const MAIN = '.btn:not(.link), .bar a, main input:not([type=hidden]), main select, main textarea';
const elder = () => {
  const found = [];
  const all = (selector) => [...document.querySelectorAll(selector)].filter((e) => seen(e) && !hidden(e));
  const small = (element, least) => {
    const size = parseFloat(getComputedStyle(element).fontSize);
    if (size < least - 0.1) found.push(told(element) + ' is written ' + size + ' px high in elder mode, under ' + least);
  };
  all('main *, .bar a, .top .pill').filter(ownText).forEach((element) => small(element, 18));
  all('h1, ' + FIGURES).forEach((element) => small(element, 30));
  for (const element of all(MAIN)) {
    const [w, h] = box(element);
    if (w < 59.5 || h < 59.5) found.push(told(element) + ' is ' + Math.round(w) + ' x ' + Math.round(h) + ' in elder mode, under 60 px');
  }
  return [...new Set(found)];
};

// Texts with Chinese in them, as a reader of English would meet them; what says itself to be Chinese is not meant.
const CHINESE = /[\u3400-\u9fff]/;
const chinese = () => {
  const texts = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const element = walk.currentNode.parentElement;
    if (element.closest('[lang=zh-CN], script, style, noscript')) continue;
    texts.push(walk.currentNode.data);
  }
  for (const element of document.querySelectorAll('[aria-label], [title], [placeholder], [alt], [data-done]')) {
    for (const name of ['aria-label', 'title', 'placeholder', 'alt', 'data-done']) texts.push(element.getAttribute(name));
  }
  return [...new Set([document.title, ...texts].map(words).filter((text) => CHINESE.test(text)))];
};

// Everything that is wrong with the page as a list of sentences; `touch` asks for targets a thumb can hit.
const faults = (width, touch) => {
  const found = [];
  const all = (selector) => [...document.querySelectorAll(selector)];
  const h1 = all('h1').filter(seen).length;
  if (h1 !== 1) found.push('the page has ' + h1 + ' visible h1, not one');
  if (!words(document.title)) found.push('the page has no title');
  if (!document.documentElement.lang) found.push('html has no lang');
  for (const element of all(CONTROLS).filter(seen)) {
    if (!names(element).some(Boolean)) found.push(told(element) + ' has no label');
  }
  for (const element of all('a[href], button, [role=button]').filter(seen)) {
    const named = words(element.textContent) || words(element.getAttribute('aria-label')) || element.title
      || [...element.querySelectorAll('img[alt], svg title')].some((inner) => words(inner.alt || inner.textContent));
    if (!named) found.push(told(element) + ' has no name');
  }
  for (const image of all('img:not([alt])')) found.push('image ' + image.src + ' has no alt');
  const ids = all('[id]').map((element) => element.id);
  for (const id of new Set(ids.filter((id, at) => ids.indexOf(id) !== at))) found.push('two elements are #' + id);
  const wide = document.scrollingElement.scrollWidth;
  if (wide > width) {
    const past = all('body *').filter((element) => seen(element) && element.getBoundingClientRect().right > width + 0.5);
    found.push('the page scrolls sideways: ' + wide + ' > ' + width + ', past the edge: ' + past.slice(0, 4).map(told).join('; '));
  }
  if (touch) {
    const pressed = 'button, input:not([type=hidden]), select, textarea, summary, [role=button], a[href]';
    for (const element of all(pressed).filter(seen)) {
      if (element.tagName === 'A' && getComputedStyle(element).display === 'inline') continue;
      // A link that is out of sight until it has the focus ("skip to content") is never touched.
      const [w, h] = box(element);
      if (w <= 1 || h <= 1 || element.getBoundingClientRect().bottom <= 0) continue;
      if (w < 43.5 || h < 43.5) found.push(told(element) + ' is ' + Math.round(w) + ' x ' + Math.round(h) + ', under 44 px');
    }
  }
  found.push(...readable());
  if (document.documentElement.dataset.mode === 'elder') found.push(...elder());
  for (const entry of performance.getEntriesByType('resource')) {
    if (/^(data|blob|about):/.test(entry.name)) continue;
    if (new URL(entry.name).origin !== location.origin) found.push('asked another origin: ' + entry.name);
    if (entry.responseStatus >= 400) found.push(entry.name + ' answered ' + entry.responseStatus);
  }
  return found;
};

// How an element looks, in what a focus ring may change. Its parents count: a ring may be drawn around a whole row.
const look = (element) => {
  const one = (e) => {
    const s = getComputedStyle(e);
    const ring = s.outlineStyle === 'none' || parseFloat(s.outlineWidth) === 0 ? '' : s.outline;
    return [ring, s.boxShadow, s.borderColor, s.borderWidth, s.backgroundColor, s.textDecoration, s.transform].join('|');
  };
  return [element, element.parentElement].filter(Boolean).map(one).join(' ; ');
};

// The focused element, its look with the focus and without it; the focus is where it was afterwards.
const focus = () => {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const held = look(element);
  element.blur();
  const left = look(element);
  element.focus();
  return [told(element), held !== left];
};

// The first QR code of the page as rows of dots: every second point of its drawing, dark or light.
const dots = () => {
  const drawing = [...document.querySelectorAll('figure svg')].find((svg) => svg.querySelector('path'));
  if (!drawing) return [];
  const [path, box] = [drawing.querySelector('path'), drawing.viewBox.baseVal];
  const rows = [];
  for (let y = 1; y < box.height; y += 2) {
    let row = '';
    for (let x = 1; x < box.width; x += 2) row += path.isPointInFill(new DOMPoint(x, y)) ? '#' : ' ';
    rows.push(row);
  }
  return rows;
};
