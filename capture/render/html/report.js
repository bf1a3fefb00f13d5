'use strict';
(() => {
  const root = document.documentElement, body = document.body;
  const $ = id => document.getElementById(id);
  const data = JSON.parse($('data').textContent);
  const list = $('rows'), panel = $('panel'), title = $('panel-title'), detail = $('panel-body');
  const items = Array.from(list.children);
  const lang = () => root.lang === 'ko' ? 'ko' : 'en';
  const say = t => t[lang()];
  const word = key => say(data.words[key]);
  let chosen = -1;

  // el makes an element; text never becomes markup.
  const el = (tag, attributes, ...children) => {
    const e = document.createElement(tag);
    for (const [k, v] of Object.entries(attributes || {})) e.setAttribute(k, v);
    e.append(...children);
    return e;
  };
  const both = t => {
    if (t.en === t.ko) return document.createTextNode(t.en);
    const f = document.createDocumentFragment();
    f.append(el('span', {lang: 'en'}, t.en), el('span', {lang: 'ko'}, t.ko));
    return f;
  };
  const w = key => both(data.words[key]);
  const frameLink = n => $('frame-' + n) ? el('a', {href: '#frame-' + n}, String(n)) : String(n);
  const section = (key, ...children) => {
    detail.append(el('h4', {}, w(key)), ...children);
  };

  // --- choosing rows -------------------------------------------------------
  const opens = i => items[i].firstElementChild.tagName === 'A';
  const shown = i => !items[i].hidden;
  const link = i => items[i].firstElementChild;

  function choose(i, {focus = true, hash = true} = {}) {
    if (i < 0 || i >= items.length) return;
    if (items[i].hidden) { $('filter').value = ''; filter(); }
    if (chosen >= 0) {
      items[chosen].classList.remove('chosen');
      link(chosen).removeAttribute('aria-current');
      link(chosen).tabIndex = -1;
    }
    chosen = i;
    items[i].classList.add('chosen');
    link(i).setAttribute('aria-current', 'true');
    link(i).tabIndex = 0;
    if (focus) link(i).focus({preventScroll: true});
    reveal(items[i]);
    if (hash) history.replaceState(null, '', '#' + items[i].id);
    if (!panel.hidden) fill(i);
  }

  function step(from, by, wanted) {
    for (let i = from + by; i >= 0 && i < items.length; i += by) {
      if (opens(i) && shown(i) && (!wanted || wanted(i))) return choose(i);
    }
  }
  const found = i => (data.rows[i].x || []).length > 0;

  // open opens a row, at one of its frames if that is named.
  function open(i, frame) {
    choose(i);
    body.classList.add('opened');
    panel.hidden = false;
    fill(i, frame);
    ties();
    reveal(items[i]);
  }

  function close() {
    if (panel.hidden) return;
    panel.hidden = true;
    body.classList.remove('opened');
    ties();
    if (chosen >= 0) {
      link(chosen).focus({preventScroll: true});
      reveal(items[chosen]);
    }
  }

  // reveal scrolls a row out from behind the heads of the lanes and the panel.
  const heads = document.querySelector('.heads');
  function reveal(li) {
    for (let again = 0; again < 3; again++) { // rows that were never drawn have a guessed height
      const top = heads.getBoundingClientRect().bottom, row = li.firstElementChild.getBoundingClientRect();
      const sheet = !panel.hidden && panel.offsetWidth > innerWidth * 0.9;
      const foot = sheet ? panel.getBoundingClientRect().top : innerHeight;
      const stuck = parseFloat(getComputedStyle(heads).top) + heads.offsetHeight;
      const by = row.top < Math.max(top, 0) + 4 ? row.top - stuck - 40 : row.bottom > foot - 8 ? Math.min(row.bottom - foot + 60, row.top - stuck - 8) : 0;
      if (Math.abs(by) < 1) return;
      scrollBy(0, by);
    }
  }

  // measure tells the style how much of the screen's top the tools and the heads
  // take, which stay there.
  function measure() {
    const bar = document.querySelector('.bar');
    const tools = getComputedStyle(bar).position === 'sticky' ? bar.offsetHeight : 0;
    root.style.setProperty('--tools', tools + 'px');
    root.style.setProperty('--stuck', tools + heads.offsetHeight + 'px');
  }

  // lead opens the row that an address within the page names, by itself or by one of
  // its frames.
  function lead(id) {
    const li = id && $(id) && $(id).closest('.row');
    if (li) open(Number(li.dataset.i), Number(id.replace('frame-', '')));
    return Boolean(li);
  }
  const fromHash = () => lead(decodeURIComponent(location.hash.slice(1)));

  // --- the panel -----------------------------------------------------------
  function fill(i, frame) {
    const row = data.rows[i], li = items[i];
    title.replaceChildren(...Array.from(li.querySelector('.vh').childNodes, n => n.cloneNode(true)));
    detail.replaceChildren();
    panel.scrollTop = 0;
    const why = li.querySelector('.why');
    if (why) section('why', ...Array.from(why.children, p => p.cloneNode(true)));
    if (row.x) {
      section('findings', ...row.x.map(x => {
        const f = data.findings[x.n];
        const box = el('div', {class: 'found-box ' + f.severity});
        const head = el('b', {}, both(f.label));
        if (x.k > 1) head.append(' #' + x.k);
        const line = el('p', {}, head);
        if (x.f) line.append(' · ', w('refers'), ' ', frameLink(x.f));
        box.append(line);
        if (f.why.en) box.append(el('p', {}, both(f.why)));
        return box;
      }));
    }
    if (row.e && row.e.length) {
      const p = el('p', {}, w(row.e.length > 1 ? 'frames' : 'frame'), ' ');
      row.e.forEach((n, k) => p.append(k ? ', ' : '', frameLink(n)));
      section('evidence', p);
    }
    if (row.st) {
      section('states', el('ul', {class: 'now'}, ...row.st.map(s => {
        const item = el('li', {}, el('b', {}, both(data.lanes[s.l]), ' ', s.s));
        if (s.d) item.append(' ', both(s.d));
        if (data.states[s.s]) item.append(': ', both(data.states[s.s]));
        return item;
      })));
    }
    if (row.t) section('message', el('pre', {tabindex: '0'}, row.t.join('\n')));
    if (row.m) {
      section('remembers', el('table', {class: 'fields'}, el('tbody', {}, ...row.m.map(m =>
        el('tr', {}, el('td', {}, both(m.n)), el('td', {}, both(m.v)), el('td', {class: 'num'}, m.b + ' B'))))));
      if (!row.m.length) detail.append(el('p', {}, w('nothing')));
    }
    if (row.f) frames(row, row.f.includes(frame) ? frame : row.f[0]);
  }

  // frames shows one of a row's frames; where it has several, they can be chosen from.
  function frames(row, first) {
    const box = el('div');
    const show = n => {
      box.replaceChildren();
      const frame = data.frames && data.frames[n];
      if (frame) octets(box, frame, row); else box.append(el('h4', {}, w('bytes')), el('p', {class: 'faint'}, w('no-bytes')));
    };
    if (row.f.length > 1) {
      const choice = el('select', {id: 'frame'}, ...row.f.map(n => el('option', {}, String(n))));
      choice.value = first;
      choice.addEventListener('change', () => show(choice.value));
      detail.append(el('p', {}, el('label', {}, w('frame'), ' ', choice)));
    }
    detail.append(box);
    show(first);
  }

  // setLines breaks the bytes that are shown into lines, as long as there is room for.
  let setLines = () => {};

  // octets shows a frame's bytes and fields, each lit by the other.
  function octets(box, frame, row) {
    const raw = atob(frame.b), layout = data.layouts[frame.l];
    const fields = layout.map((f, k) => ({name: data.names[f[0]], depth: f[1], bit: f[2], bits: f[3], missing: f[4], value: data.values[frame.v[k]]}));
    const numbers = {'Sequence Number': row.q, 'Acknowledgment Number': row.a};
    for (const f of fields) { // where the number on the wire comes from
      const n = numbers[f.name];
      if (n && f.value === String((n[0] + n[1]) % 2 ** 32)) f.value += ' = ISN' + (n[1] ? ' ' + n[0] + ' + ' + n[1] : '');
    }
    const hex = el('div', {class: 'hex', tabindex: '0', role: 'group', 'aria-labelledby': 'hex-title'});
    const status = el('p', {class: 'field-status', id: 'field-status', 'aria-live': 'polite'}, w('field-hint'));
    const rows = fields.map((f, k) => el('tr', {class: 'd' + Math.min(f.depth, 4), 'data-k': k}, el('td', {}, f.name), el('td', {}, f.value)));
    const cells = [], signs = [];
    for (let i = 0; i < raw.length; i++) {
      const c = raw.charCodeAt(i);
      cells.push(el('b', {'data-b': i}, c.toString(16).padStart(2, '0')));
      signs.push(el('b', {'data-b': i}, c > 32 && c < 127 ? raw[i] : c === 32 ? '\u00a0' : '·'));
    }
    let wide = 16;
    const lines = n => {
      wide = n;
      hex.replaceChildren();
      for (let at = 0; at < raw.length; at += wide) {
        hex.append(el('span', {class: 'off', 'aria-hidden': 'true'}, at.toString(16).padStart(4, '0')),
          el('span', {class: 'o h'}, ...cells.slice(at, at + wide)),
          el('span', {class: 'o a', 'aria-hidden': 'true'}, ...signs.slice(at, at + wide)));
      }
      return hex.scrollWidth <= hex.clientWidth;
    };
    setLines = () => lines(16) || lines(8);
    const more = [];
    if (frame.n > raw.length) more.push(el('p', {class: 'faint'}, (frame.n - raw.length) + ' ', w('more-bytes')));
    if (frame.w > frame.n) more.push(el('p', {class: 'faint'}, (frame.w - frame.n) + ' ', w('not-captured')));
    box.append(el('h4', {id: 'hex-title'}, w('bytes')), el('div', {class: 'octets'}, hex, ...more, status));
    setLines();
    panel.style.setProperty('--bar', document.querySelector('.panel-bar').offsetHeight + 'px');
    const table = el('table', {class: 'fields', tabindex: '0', 'aria-labelledby': 'fields-title'}, el('tbody', {}, ...rows));
    box.append(el('h4', {id: 'fields-title'}, w('fields')), table);

    let lit = [];
    const light = (...marks) => {
      for (const e of lit) e.classList.remove('lit');
      lit = marks;
      for (const e of lit) e.classList.add('lit');
    };
    const first = f => f.bit >> 3, last = f => (f.bit + Math.max(f.bits, 1) - 1) >> 3;
    const cover = f => {
      const marks = [];
      for (let b = first(f); b <= last(f) && b < cells.length; b++) marks.push(cells[b], signs[b]);
      return marks;
    };
    const tell = f => {
      const a = first(f), z = last(f);
      let s = f.name + (f.value ? ': ' + f.value : '') + ' — ' + word(z > a ? 'byte-range' : 'byte') + ' ' + a + (z > a ? '–' + z : '');
      if (f.bits % 8 || f.bit % 8) {
        s += ', ' + word(f.bits > 1 ? 'bits' : 'bit') + ' ' + (f.bit % 8) + (f.bits > 1 ? '–' + (f.bit % 8 + f.bits - 1) : '');
        if (f.bits < 25 && z < raw.length) {
          let bits = '';
          for (let b = a * 8; b < (z + 1) * 8; b++) {
            bits += b < f.bit || b >= f.bit + f.bits ? '·' : raw.charCodeAt(b >> 3) >> (7 - b % 8) & 1;
            if (b % 8 === 7 && b < z * 8 + 7) bits += ' ';
          }
          s += ': ' + bits;
        }
      }
      status.textContent = s;
    };
    const byField = k => {
      const f = fields[k];
      light(rows[k], ...cover(f));
      const cell = cells[first(f)];
      if (cell) near(hex, cell.parentNode);
      tell(f);
    };
    const byByte = (b, scroll) => {
      const deepest = fields.map((f, k) => k).filter(k => first(fields[k]) <= b && b <= last(fields[k]) &&
        !(fields[k + 1] && fields[k + 1].depth > fields[k].depth && inside(k, b)));
      light(cells[b], signs[b], ...deepest.flatMap(k => [rows[k], ...cover(fields[k])]));
      if (deepest.length === 1) tell(fields[deepest[0]]);
      else if (deepest.length) tellSeveral(deepest, b);
      if (scroll) near(hex, cells[b].parentNode);
    };
    // parent is the field that field k is a part of, -1 for none.
    const parent = k => {
      const depth = fields[k].depth;
      while (k >= 0 && fields[k].depth >= depth) k--;
      return k;
    };
    // tellSeveral tells of the field whose parts share byte b; where there is none,
    // of each that lies there.
    const tellSeveral = (all, b) => {
      const whole = parent(all[0]);
      if (whole >= 0 && fields[whole].value && all.every(k => parent(k) === whole)) return tell(fields[whole]);
      status.textContent = all.map(k => fields[k].name + (fields[k].value ? ': ' + fields[k].value : '')).join('; ') + ' — ' + word('byte') + ' ' + b;
    };
    // inside: a part of field k covers byte b.
    const inside = (k, b) => {
      for (let j = k + 1; j < fields.length && fields[j].depth > fields[k].depth; j++) {
        if (first(fields[j]) <= b && b <= last(fields[j])) return true;
      }
      return false;
    };
    const near = (box, e) => {
      const r = e.getBoundingClientRect(), s = box.getBoundingClientRect();
      if (r.top < s.top) box.scrollTop -= s.top - r.top + 8;
      else if (r.bottom > s.bottom) box.scrollTop += r.bottom - s.bottom + 8;
    };
    table.addEventListener('pointerover', e => { const r = e.target.closest('tr'); if (r) byField(Number(r.dataset.k)); });
    hex.addEventListener('pointerover', e => { const b = e.target.dataset.b; if (b !== undefined) byByte(Number(b)); });
    let k = -1, b = -1;
    table.addEventListener('keydown', e => {
      const by = {ArrowDown: 1, ArrowUp: -1, Home: -fields.length, End: fields.length}[e.key];
      if (!by) return;
      e.preventDefault(); e.stopPropagation();
      k = Math.min(Math.max(k + by, 0), fields.length - 1);
      byField(k);
      rows[k].scrollIntoView({block: 'nearest'});
    });
    hex.addEventListener('keydown', e => {
      const by = {ArrowRight: 1, ArrowLeft: -1, ArrowDown: wide, ArrowUp: -wide, Home: -raw.length, End: raw.length}[e.key];
      if (!by) return;
      e.preventDefault(); e.stopPropagation();
      b = Math.min(Math.max(b + by, 0), cells.length - 1);
      byByte(b, true);
    });
  }

  // --- crossing segments: one line over several rows ------------------------
  let overlay = null;
  function ties() {
    measure();
    if (overlay) { overlay.remove(); overlay = null; }
    for (const svg of list.querySelectorAll('svg.joined')) svg.classList.remove('joined');
    const between = matchMedia('(max-width:1180px)').matches && panel.hidden && !body.classList.contains('no-why');
    if (items.length > 800 || between) return; // they stay in two parts
    const left = new Map();
    for (const svg of list.querySelectorAll('svg.tied')) {
      const li = svg.closest('li');
      if (li.hidden) continue;
      const half = svg.dataset.half, tie = svg.dataset.tie;
      if (half === 'from') { left.set(tie, svg); continue; }
      const begin = left.get(tie);
      if (!begin) continue;
      overlay = overlay || document.createElementNS('http://www.w3.org/2000/svg', 'svg');
      const origin = list.getBoundingClientRect();
      const a = begin.firstElementChild, z = svg.firstElementChild;
      const p = begin.getBoundingClientRect(), q = svg.getBoundingClientRect();
      const line = document.createElementNS('http://www.w3.org/2000/svg', 'line');
      line.setAttribute('x1', p.left - origin.left + a.x1.baseVal.value);
      line.setAttribute('y1', p.top - origin.top + a.y1.baseVal.value);
      line.setAttribute('x2', q.left - origin.left + z.x2.baseVal.value);
      line.setAttribute('y2', q.top - origin.top + z.y2.baseVal.value);
      line.setAttribute('class', 'shaft');
      const g = document.createElementNS('http://www.w3.org/2000/svg', 'g');
      g.setAttribute('class', li.className.replace('chosen', ''));
      g.append(line);
      begin.classList.add('joined');
      svg.classList.add('joined');
      overlay.append(g);
    }
    if (!overlay) return;
    overlay.setAttribute('class', 'ties');
    overlay.setAttribute('aria-hidden', 'true');
    list.append(overlay);
  }

  // --- the tools -----------------------------------------------------------
  function pressed(name, value) {
    for (const b of document.querySelectorAll('[data-' + name + ']')) {
      if (b.tagName === 'BUTTON') b.setAttribute('aria-pressed', String(b.dataset[name] === value));
    }
  }
  function language(l) {
    root.lang = l;
    document.title = document.querySelector('h1').innerText;
    pressed('lang', l);
    const all = $('filter') && $('filter').options[0];
    if (all) all.textContent = word('all');
    ties();
  }
  function theme(t) {
    if (t === 'auto') delete root.dataset.theme; else root.dataset.theme = t;
    pressed('theme', t);
  }
  function filter() {
    const s = $('filter') ? $('filter').value : '';
    const own = items.map(li => li.dataset.s === s);
    const first = own.indexOf(true), last = own.lastIndexOf(true);
    // What is of no connection stays while the chosen one is there; headings and notes
    // do where their chapter has a row left, or before the first chapter.
    let chapter = 0;
    const at = items.map(li => li.matches('.step') ? ++chapter : chapter), left = new Set([0]);
    items.forEach((li, i) => {
      if (li.matches('.step, .note')) return;
      li.hidden = s !== '' && !own[i] && !(li.dataset.s === '-1' && first < i && i < last);
      if (!li.hidden) left.add(at[i]);
    });
    items.forEach((li, i) => { if (li.matches('.step, .note')) li.hidden = s !== '' && !left.has(at[i]); });
    paint(s);
    if (chosen >= 0 && items[chosen].hidden) { close(); reach(); }
    ties();
  }
  // paint shows in the lanes what is remembered of one connection; with none chosen,
  // what the page came with: of each lane that which is most alive.
  const came = new Map();
  function paint(s) {
    let now = data.lanes.map(() => '');
    items.forEach((li, i) => {
      const before = now;
      if (li.dataset.s === s) {
        now = now.slice();
        for (const end of data.rows[i].st || []) now[end.l] = data.states[end.s].c || '';
      }
      if (li.hidden || s === '' && !came.has(i)) return;
      const gutter = li.querySelector('.lad > .gutter'), why = li.querySelector('.why'), lanes = li.querySelectorAll('.lad > i');
      if (!came.has(i)) came.set(i, {lanes: Array.from(lanes), why: why && why.className});
      if (gutter) {
        for (const lane of lanes) lane.remove();
        gutter.after(...s === '' ? came.get(i).lanes : now.flatMap((state, lane) => before[lane] === state
          ? el('i', {class: 'l' + lane + ' ' + state})
          : [el('i', {class: 'l' + lane + ' ' + before[lane] + ' up'}), el('i', {class: 'l' + lane + ' ' + state + ' down'})]));
      }
      if (why) why.className = s === '' || data.lanes.length !== 2 ? came.get(i).why : 'why wl-' + now[data.order[0]] + ' wr-' + now[data.order[1]];
    });
  }
  // reach makes the first row that can be opened the one that Tab comes to.
  function reach() {
    if (chosen >= 0) {
      items[chosen].classList.remove('chosen');
      link(chosen).removeAttribute('aria-current');
      link(chosen).tabIndex = -1;
    }
    chosen = -1;
    const i = items.findIndex((_, k) => opens(k) && shown(k));
    if (i >= 0) link(i).tabIndex = 0;
  }

  document.addEventListener('click', e => {
    const t = e.target.closest('a, button');
    if (!t) return;
    if (t.matches('a.pic')) {
      e.preventDefault();
      open(Number(t.parentNode.dataset.i));
    } else if (t.tagName === 'A' && t.hash.startsWith('#frame-') && t.getAttribute('href')[0] === '#') {
      if (lead(t.hash.slice(1))) e.preventDefault();
    } else if (t.id === 'close') close();
    else if (t.id === 'keys-close') $('keys').close();
    else if (t.id === 'next') step(chosen, 1, found);
    else if (t.id === 'previous') step(chosen < 0 ? items.length : chosen, -1, found);
    else if (t.id === 'help') $('keys').showModal();
    else if (t.dataset.lang) language(t.dataset.lang);
    else if (t.dataset.theme) theme(t.dataset.theme);
  });
  document.addEventListener('change', e => {
    if (e.target.id === 'why') { body.classList.toggle('no-why', !e.target.checked); ties(); }
    if (e.target.id === 'filter') filter();
  });
  // latin is the key's letter on a Latin keyboard, where one forgot to switch the
  // input method: the two-set Korean one is KS X 5002.
  const jamo = {'ㅓ': 'j', 'ㅏ': 'k', 'ㅜ': 'n', 'ㅔ': 'p'};
  const latin = e => e.key === 'Process' && e.code.startsWith('Key') ? e.code[3].toLowerCase() : jamo[e.key] || e.key;

  document.addEventListener('keydown', e => {
    if (e.ctrlKey || e.metaKey || e.altKey || $('keys').open) return;
    if (e.target.matches('select, input, summary, pre, .scroll') && e.key !== 'Escape' && e.key !== '?') return;
    const keys = {
      ArrowDown: () => step(chosen, 1), j: () => step(chosen, 1),
      ArrowUp: () => step(chosen < 0 ? items.length : chosen, -1), k: () => step(chosen < 0 ? items.length : chosen, -1),
      Home: () => step(-1, 1), End: () => step(items.length, -1),
      n: () => step(chosen, 1, found), p: () => step(chosen < 0 ? items.length : chosen, -1, found),
      Escape: close, '?': () => $('keys').showModal(),
    };
    const key = latin(e);
    if (!Object.hasOwn(keys, key)) return;
    e.preventDefault();
    keys[key]();
  });
  addEventListener('hashchange', fromHash);
  let waiting = 0;
  addEventListener('resize', () => { cancelAnimationFrame(waiting); waiting = requestAnimationFrame(() => { setLines(); ties(); }); });

  root.classList.add('js');
  body.classList.toggle('large', items.length > 800);
  for (const li of items) if (li.firstElementChild.tagName === 'A') li.firstElementChild.tabIndex = -1;
  reach();
  pressed('lang', lang());
  pressed('theme', root.dataset.theme || 'auto');
  const all = $('filter') && $('filter').options[0];
  if (all) all.textContent = word('all');
  ties();
  fromHash();
})();
