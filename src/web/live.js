// Where a page names a stream, its parts are replaced by what arrives. Without this script the page is whole, and as it was when it was opened.
const page = document.querySelector("[data-live]");
if (page && "EventSource" in window) {
  const source = new EventSource(page.dataset.live);
  for (const part of page.querySelectorAll("[data-part]")) {
    let latest = null;
    // Nobody's focus is taken away: what arrives meanwhile waits until it has left.
    const show = () => {
      if (latest !== null && !part.contains(document.activeElement)) {
        part.innerHTML = latest;
        latest = null;
      }
    };
    source.addEventListener(part.dataset.part, (event) => {
      latest = event.data;
      show();
    });
    part.addEventListener("focusout", () => setTimeout(show));
  }
  source.addEventListener("end", () => {
    source.close();
    const used = document.activeElement !== page && page.contains(document.activeElement);
    if (!used) location.reload();
  });
}
