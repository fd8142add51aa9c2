/** The pages' one style sheet: a bank's own, readable on a phone. */
export const STYLE = `
:root { --ink: #1c2733; --line: #8a97a6; --soft: #eef3f8; --brand: #123f73; --danger: #a1141d; --ok: #17603a; }
* { box-sizing: border-box; }
body { margin: 0; font: 16px/1.7 "BIZ UDPGothic", sans-serif; color: var(--ink); background: #fff; }
a { color: var(--brand); }
:focus-visible { outline: 3px solid #c76a00; outline-offset: 2px; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: .5rem; background: #fff; padding: .25rem .75rem; }
header.bank { background: var(--brand); color: #fff; }
header.bank a { color: #fff; }
.bar { max-width: 64rem; margin: 0 auto; padding: .6rem 1rem; display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; align-items: center; }
.bar .name { font-weight: 700; font-size: 1.15rem; margin-right: auto; }
.bar form { margin: 0; }
button.plain { background: none; border: 1px solid #fff; padding: .2rem .8rem; min-height: 2rem; }
nav.global { background: var(--soft); border-bottom: 2px solid var(--brand); }
nav.global ul { max-width: 64rem; margin: 0 auto; padding: 0 1rem; display: flex; flex-wrap: wrap; list-style: none; }
nav.global a { display: block; padding: .7rem 1.4rem; font-weight: 700; text-decoration: none; }
nav.global a[aria-current] { background: var(--brand); color: #fff; }
main { max-width: 64rem; margin: 0 auto; padding: 1rem 1rem 3rem; }
h1 { font-size: 1.35rem; border-left: .4rem solid var(--brand); padding-left: .6rem; line-height: 1.4; }
h1 .screen { float: right; font-size: .85rem; font-weight: 400; }
h2 { font-size: 1.1rem; background: var(--soft); padding: .35rem .7rem; margin: 1.6rem 0 .8rem; }
.path { font-size: .9rem; margin: .5rem 0; }
.helplink { text-align: right; margin: 0; font-size: .9rem; }
ol.steps { list-style: none; display: flex; flex-wrap: wrap; gap: .4rem; padding: 0; margin: .75rem 0 1rem; font-size: .9rem; }
ol.steps li { padding: .3rem .9rem; border: 1px solid var(--line); color: #46525f; }
ol.steps li[aria-current] { background: var(--brand); border-color: var(--brand); color: #fff; font-weight: 700; }
.field { margin: 0 0 1.1rem; max-width: 30rem; }
.field label, .field legend { display: block; font-weight: 700; padding: 0; }
.field .hint { display: block; font-size: .9rem; }
fieldset { border: 1px solid var(--line); margin: 0 0 1.1rem; padding: .8rem 1rem 0; max-width: 40rem; }
legend { font-weight: 700; padding: 0 .4rem; }
input[type=text], input[type=password], input[type=email], input[type=date], select { width: 100%; min-height: 2.75rem; padding: .4rem .6rem; font: inherit; color: inherit; border: 1px solid #5d6b7a; border-radius: 4px; background: #fff; }
input.code, input.serial { letter-spacing: .15em; font-size: 1.2rem; max-width: 16rem; }
input[type=checkbox], input[type=radio] { width: 1.35rem; height: 1.35rem; vertical-align: middle; }
.check { display: block; margin: 0 0 1.1rem; }
button, a.button { display: inline-block; font: inherit; font-weight: 700; min-height: 2.75rem; padding: .5rem 1.8rem; border: 1px solid var(--brand); border-radius: 4px; background: var(--brand); color: #fff; cursor: pointer; text-decoration: none; }
a.button.quiet { background: #fff; color: var(--brand); }
button.danger { background: var(--danger); border-color: var(--danger); }
.actions { display: flex; flex-wrap: wrap; gap: .8rem; margin-top: 1.4rem; }
.tasks { display: grid; gap: .8rem; max-width: 34rem; padding: 0; list-style: none; }
.tasks a, .tasks span { display: block; padding: .9rem 1.2rem; border: 1px solid var(--brand); border-radius: 4px; font-weight: 700; text-decoration: none; }
.tasks span { border-color: var(--line); color: #46525f; font-weight: 400; }
.message { border: 2px solid var(--danger); border-left-width: .6rem; color: var(--danger); padding: .6rem 1rem; font-weight: 700; margin: 1rem 0; }
.notice { border: 2px solid var(--ok); border-left-width: .6rem; color: var(--ok); padding: .6rem 1rem; font-weight: 700; margin: 1rem 0; }
.table { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .95rem; }
th, td { border: 1px solid var(--line); padding: .45rem .6rem; text-align: left; }
thead th { background: var(--soft); }
td.suspended { color: var(--danger); font-weight: 700; }
dl.facts { display: grid; grid-template-columns: minmax(9rem, 16rem) 1fr; border-top: 1px solid var(--line); max-width: 44rem; margin: 1rem 0; }
dl.facts dt, dl.facts dd { margin: 0; padding: .5rem .6rem; border-bottom: 1px solid var(--line); }
dl.facts dt { background: var(--soft); font-weight: 700; }
footer { border-top: 1px solid var(--line); font-size: .85rem; }
@media (max-width: 40rem) {
  nav.global a { padding: .6rem .7rem; }
  dl.facts { grid-template-columns: 1fr; }
  dl.facts dt { border-bottom: 0; }
  table.cards thead { position: absolute; left: -99rem; }
  table.cards tr { display: block; border: 1px solid var(--line); margin: 0 0 .8rem; }
  table.cards td { display: flex; gap: .8rem; border: 0; border-bottom: 1px solid #d5dce4; }
  table.cards td::before { content: attr(data-label); flex: 0 0 9.5rem; font-weight: 700; }
}
`;
