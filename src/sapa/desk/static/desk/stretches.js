// A proof or a tag plays exactly its own stretch; clicked again it stops.
import { audio, playStretch } from "./sound.js";

const playing = () => document.querySelector("[data-stretch-start].is-playing");

if (audio) {
  document.addEventListener("click", (event) => {
    const proof = event.target.closest("[data-stretch-start]");
    if (!proof || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    if (proof === playing()) audio.pause();
    else playStretch(Number(proof.dataset.stretchStart), Number(proof.dataset.stretchEnd), proof);
  });
  document.addEventListener("sapa:stretch", (event) => {
    playing()?.classList.remove("is-playing");
    event.detail?.classList.add("is-playing");
  });
}
