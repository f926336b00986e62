// Reads the code of a receipt with the camera, where the browser can.
const PATIENCE = 30_000;
const PAUSE = 150;

export function offerScan() {
  const button = document.getElementById("scan");
  if (!button || !("BarcodeDetector" in window) || !navigator.mediaDevices) return;
  const view = document.getElementById("scan-view");
  const refused = document.getElementById("scan-refused");
  const dossier = document.getElementById("dossier");

  const watch = async () => {
    const detector = new BarcodeDetector({ formats: ["qr_code", "code_128", "code_39"] });
    const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    try {
      view.srcObject = stream;
      view.hidden = false;
      button.hidden = true;
      await view.play();
      for (const ends = Date.now() + PATIENCE; Date.now() < ends;) {
        const [code] = await detector.detect(view);
        if (code?.rawValue) {
          dossier.value = code.rawValue.trim().slice(0, 100);
          break;
        }
        await new Promise((resolve) => { setTimeout(resolve, PAUSE); });
      }
    } finally {
      for (const track of stream.getTracks()) track.stop();
      view.hidden = true;
      button.hidden = false;
    }
    dossier.focus();
  };
  button.hidden = false;
  button.addEventListener("click", () => watch().catch(() => {
    refused.hidden = false;
    button.hidden = true;
  }));
}
