// Runs inside the real Espruino interpreter: gives the image a clock, timers, a button and a
// display that a trace can drive, and prints what the display shows. Everything else, the
// language, Storage, crypto and Graphics, is the interpreter's own.
// What the program asks of its board, call by call, and what costs power.
var calls = [], woken = 0, redraws = 0, litSince = 0, litTime = 0;
var now = 0, timers = [], nextId = 1, watches = [], level = false, lit = true, shown = "", log = [];
var g, picture = new Uint8Array(1024), at = 0;
function power(on) {
  calls.push("power " + on);
  if (lit) litTime += now - litSince;
  lit = on;
  litSince = now;
}
function spy(object, names) {
  names.forEach(function (name) {
    var method = object[name];
    object[name] = function (a, b, c, d) {
      calls.push(name + " " + a + " " + b + " " + c + " " + d);
      return method.call(object, a, b, c, d);
    };
  });
}
var Pixl = { setLCDPower: power };
var Bangle = { setLCDPower: Pixl.setLCDPower, setOptions: function () {} };
var Bluetooth = { setConsole: function () {} };
var BTN1 = "BTN1";
// The far end of an SSD1306's bus: what it is sent, in the order it is sent.
var I2C1 = { setup: function () {}, writeTo: function (address, data) {
  calls.push("write " + address + " " + data[0] + " " + data.length);
  if (data[0] == 0x40) {
    redraws++;
    for (var i = 1; i < data.length; i++) picture[at++] = data[i];
    shown = btoa(picture.buffer);
  } else if (data[1] == 0x21) at = 0;
  else if ((data[1] == 0xAE || data[1] == 0xAF) && lit != (data[1] == 0xAF)) power(data[1] == 0xAF);
} };
function display(board) {
  var size = board == "banglejs2" ? 176 : 128;
  g = Graphics.createArrayBuffer(size, size == 176 ? 176 : 64, 1, { msb: true });
  g.flip = function () { calls.push("flip"); redraws++; shown = btoa(g.buffer); };
  spy(g, ["clear", "fillRect", "clearRect", "drawString", "setFontCustom"]);
  E.getBattery = board == "ssd1306" ? undefined : function () { return battery; };
}
function getTime() { return now; }
var setTimeout = function (run, ms) {
  var timer = { id: nextId++, due: now + ms / 1000, run: function () { woken++; run(); } }, i = 0;
  while (i < timers.length && timers[i].due <= timer.due) i++;
  timers.splice(i, 0, timer);
  log.push(ms);
  return timer.id;
};
var clearTimeout = function (id) {
  timers = timers.filter(function (timer) { return timer.id != id; });
};
var setWatch = function (handler, pin, options) {
  watches.push({ handler: handler, debounce: options.debounce / 1000, seen: false, pending: 0 });
};
function advance(to) {
  while (timers.length && timers[0].due <= to) {
    var timer = timers.shift();
    now = timer.due;
    timer.run();
  }
  if (to > now) now = to;
}
function move(down) {
  if (level == down) return;
  level = down;
  watches.forEach(function (watch) {
    clearTimeout(watch.pending);
    var id = nextId++, due = now + watch.debounce, i = 0;
    watch.pending = id;
    while (i < timers.length && timers[i].due <= due) i++;
    timers.splice(i, 0, { id: id, due: due, run: function () {
      if (level == watch.seen) return;
      watch.seen = level;
      woken++;
      watch.handler({ state: level, time: now, lastTime: 0 });
    } });
  });
}
var battery = 100, crypto = require("crypto");
var native = { SHA1: crypto.SHA1, SHA256: crypto.SHA256, SHA512: crypto.SHA512 };
// steps: [milliseconds to wait, true pressed | false released | null look only]
function trace(board, record, startMs, percent, hashes, steps, check) {
  var start = startMs / 1000;
  display(board);
  now = start; timers = []; nextId = 1; watches = []; level = false; lit = true; log = [];
  calls = []; woken = 0; redraws = 0; shown = ""; litSince = start; litTime = 0;
  if (board == "ssd1306") power(false);
  battery = percent;
  for (var name in native) crypto[name] = hashes.includes(name) ? native[name] : undefined;
  require("Storage").erase("warifu.token");
  if (record) require("Storage").write("warifu.token", E.toArrayBuffer(atob(record)));
  require("Storage").erase("warifu.crc");
  if (check) require("Storage").write("warifu.crc", check);
  try { eval(require("Storage").read(".boot0")); } catch (e) { calls.push("refused " + e); }
  steps.forEach(function (step) {
    advance(now + step[0] / 1000);
    if (step[1] !== null) move(step[1]);
    else print("FRAME " + (lit ? shown : "-"));
  });
  if (lit) litTime += now - litSince;
  print("COUNTS " + woken + " " + redraws + " " + Math.round(litTime * 1000));
  print("CALLS " + calls.length + " " + E.CRC32(calls.join("\n")));
  print("TIMERS " + log.join(","));
}
