// Measures the image on the real interpreter: variables used, and the time a code takes as a ratio
// to two bare native SHA-1 calls. Prints the rows of the table in firmware/README.md.
// Run: ESPRUINO=/path/to/espruino npm run measure
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "tsup";
import { imageOptions } from "../../firmware/factory/image-options.js";
import { loadImage } from "../../simulator/image.js";
import { record } from "../frames/states.js";
import { ESPRUINO, runScript, storeScript } from "../live/interpreter.js";

if (ESPRUINO === undefined) throw new Error("ESPRUINO must name an Espruino executable");
const espruino = ESPRUINO;

async function ask(script: string): Promise<unknown> {
  const lines = await runScript(espruino, script);
  const found = lines
    .map((line) => /RESULT (.*)$/.exec(line)?.[1])
    .find((text) => text !== undefined);
  if (found === undefined) throw new Error(`no result: ${lines.slice(-5).join("\n")}`);
  return JSON.parse(found);
}

/** Variables above those of the interpreter with nothing but a display's buffer in it. */
async function measureMemory(): Promise<{ dark: number; lit: number; information: number }> {
  const image = loadImage("pixljs");
  return (await ask(`
    var g=Graphics.createArrayBuffer(128,64,1,{msb:true});g.flip=function(){};
    var BTN1="BTN1",Pixl={setLCDPower:function(){}},Bluetooth={setConsole:function(){}},watch;
    function setWatch(f){watch=f}
    ${storeScript(".boot0", image)}
    ${storeScript("warifu.token", record())}
    var r={};
    var empty=process.memory().usage;
    eval(require("Storage").read(".boot0"));
    r.dark=process.memory().usage-empty;
    watch({state:true});
    r.lit=process.memory().usage-empty;
    watch({state:false});
    r.information=process.memory().usage-empty;
    print("RESULT "+JSON.stringify(r));clearTimeout();
  `)) as { dark: number; lit: number; information: number };
}

/** The median ratio of a code to two SHA-1 calls on ready buffers, over rounds of `calls` calls. */
async function measureSpeed(generator: string, calls: number): Promise<number> {
  const ratios = (await ask(`
    ${generator}
    var sha1=require("crypto").SHA1,a=new Uint8Array(72),b=new Uint8Array(84);
    var code=codeGenerator({digest:sha1,blockLength:64,digestLength:20},new Uint8Array(20));
    function bare(n){for(var i=0;i<n;i++){sha1(a);sha1(b);}}
    function full(n){for(var i=0;i<n;i++)code(i);}
    function time(f,n){process.memory();var t=getTime();f(n);return getTime()-t;}
    var ratios=[];
    for(var round=0;round<61;round++){var x=time(bare,${String(calls)});ratios.push(time(full,${String(calls)})/x);}
    print("RESULT "+JSON.stringify(ratios));
  `)) as number[];
  return ratios.sort((x, y) => x - y)[30]!;
}

const directory = mkdtempSync(join(tmpdir(), "warifu-measure-"));
await build({
  ...imageOptions("pixljs", directory),
  entry: { code: "test/record/measured-code.ts" },
});
const generator = readFileSync(join(directory, "code.js"), "utf8");
rmSync(directory, { recursive: true });
const memory = await measureMemory();
console.log(`| image | ${String(loadImage("pixljs").length)} bytes of Storage |`);
console.log(`| variables, display dark | ${String(memory.dark)} |`);
console.log(`| variables, display lit | ${String(memory.lit)} |`);
for (const calls of [20, 100]) {
  const ratio = (await measureSpeed(generator, calls)).toFixed(2);
  console.log(
    `| a code, to two bare SHA-1 calls, ${String(calls)} calls after a collection | ${ratio} |`,
  );
}
