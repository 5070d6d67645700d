// Builds the style sheet and the scripts into ../static/web; `--check` proves that the committed
// files are what these sources give. Every file in entries/ becomes one served file.
import {build} from "esbuild";
import {mkdtemp, readFile, readdir, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {dirname, join} from "node:path";
import {fileURLToPath} from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const served = join(here, "..", "static", "web");
const built = name => /\.(js|css)$/.test(name);

async function make(out) {
  const entries = (await readdir(join(here, "entries"))).filter(built);
  const shared = {bundle: true, minify: true, outdir: out, absWorkingDir: here, logLevel: "warning", legalComments: "none", charset: "utf8"};
  const paths = end => entries.filter(name => name.endsWith(end)).map(name => join("entries", name));
  await build({...shared, entryPoints: paths(".js"), format: "esm", splitting: true, target: "es2022"});
  // No target: nesting and light-dark() are to stay as written.
  await build({...shared, entryPoints: paths(".css"), external: ["*.woff2"]});
  await vendorHtmx(out);
}

// As it was published, but for the line that names a map which is not served.
async function vendorHtmx(out) {
  const dist = join(here, "node_modules", "htmx.org", "dist");
  const script = await readFile(join(dist, "htmx.min.js"), "utf8");
  const text = script.split("\n").filter(line => !line.includes("sourceMappingURL")).join("\n");
  await writeFile(join(out, "htmx.js"), text);
}

async function differing(out) {
  const names = new Set([...await readdir(out), ...(await readdir(served)).filter(built)]);
  const read = (folder, name) => readFile(join(folder, name)).catch(() => Buffer.alloc(0));
  const wrong = [];
  for (const name of names) if (!(await read(out, name)).equals(await read(served, name))) wrong.push(name);
  return wrong.sort();
}

async function replace(out) {
  for (const name of (await readdir(served)).filter(built)) await rm(join(served, name));
  for (const name of await readdir(out)) await writeFile(join(served, name), await readFile(join(out, name)));
}

const out = await mkdtemp(join(tmpdir(), "faultline-frontend-"));
try {
  await make(out);
  const wrong = await differing(out);
  if (!process.argv.includes("--check")) await replace(out);
  else if (wrong.length) {
    console.error(`Not what the sources give: ${wrong.join(", ")}. Run: npm ci && npm run build`);
    process.exitCode = 1;
  }
} finally {
  await rm(out, {recursive: true});
}
