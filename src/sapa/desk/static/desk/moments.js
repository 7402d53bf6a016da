// Links to a moment of the call: #t=12.3 opens there, a timestamp plays from there, a button copies one.
import { audio, now, player, playFrom, seek } from "./sound.js";

const asked = () => {
  const found = /^#t=(\d+(?:\.\d+)?)$/.exec(location.hash);
  return found ? Number(found[1]) : null;
};

if (audio) {
  const open = () => {
    const time = asked();
    if (time !== null) seek(time);
  };
  addEventListener("hashchange", open);
  open();

  document.addEventListener("click", (event) => {
    const moment = event.target.closest("[data-moment]");
    if (!moment || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    history.replaceState(null, "", moment.getAttribute("href"));
    playFrom(Number(moment.dataset.moment));
  });

  const button = player.querySelector("[data-copy-moment]");
  const words = button.querySelector("span");
  const before = words.textContent;
  button.addEventListener("click", async () => {
    const address = new URL(location.href);
    address.hash = `t=${now().toFixed(1)}`;
    history.replaceState(null, "", address);
    try {
      await navigator.clipboard.writeText(address.href);
      words.textContent = button.dataset.wordsDone;
    } catch {
      words.textContent = address.hash; // no clipboard without HTTPS: the address bar has it
    }
    setTimeout(() => {
      words.textContent = before;
    }, 2000);
  });
}
