/** A PDF of the pages that `draw` adds to it. */
export async function makePdf(
  title: string,
  draw: (document: PDFKit.PDFDocument) => void,
): Promise<Buffer> {
  // Loaded only here: pdfkit would add a third to every command's start-up.
  const { default: PDFDocument } = await import("pdfkit");
  const document = new PDFDocument({ autoFirstPage: false, info: { Title: title } });
  const pieces: Buffer[] = [];
  document.on("data", (piece: Buffer) => pieces.push(piece));
  const ended = new Promise((resolve) => document.on("end", resolve));
  draw(document);
  document.end();
  await ended;
  return Buffer.concat(pieces);
}
