// Draws both parties' sound, the agent above (one lane for a mono recording), with the call's tags on it. A click or
// drag seeks.
import WaveSurfer from "../npm/wavesurfer.js/dist/wavesurfer.esm.js";
import RegionsPlugin from "../npm/wavesurfer.js/dist/plugins/regions.esm.js";
import { audio, now, player, seek } from "./sound.js";

const QUIETEST = 12; // of 100: below this a lane is not drawn larger
const place = player?.querySelector("[data-wave]");

if (place) {
  const data = JSON.parse(document.getElementById(player.dataset.waveform).textContent);
  // Each lane fills its own height, so a quiet party is seen as well; the nearly silent stay nearly flat.
  const peaks = data.peaks.map((lane) => {
    const loudest = lane.reduce((top, value) => Math.max(top, Math.abs(value)), QUIETEST);
    return Float32Array.from(lane, (value) => value / loudest);
  });
  player.classList.add("is-live");
  player.querySelector("[data-controls]").hidden = false;

  // Colours are resolved by the browser (light-dark, oklch) on a probe, so the theme may change under us.
  const probe = document.createElement("span");
  probe.hidden = true;
  place.append(probe);
  const colour = (name, share = 100, over = "transparent") => {
    probe.style.color = `color-mix(in oklab, var(${name}) ${share}%, ${over})`;
    return getComputedStyle(probe).color;
  };
  const lanesHeight = () => Math.floor(place.clientHeight / Math.max(1, peaks.length));
  const sideNames = { agent: "--agent", first: "--agent", customer: "--customer", second: "--customer", both: "--quiet" };
  const look = () => ({
    cursorColor: colour("--ink"),
    splitChannels: data.sides.slice(0, peaks.length).map((side) => ({
      // Nothing of it may shine through: what is played is drawn into the very same shapes.
      waveColor: colour(sideNames[side], 38, "var(--surface)"),
      progressColor: colour(sideNames[side]),
      height: lanesHeight(),
    })),
  });

  const surfer = WaveSurfer.create({
    container: place,
    media: audio,
    peaks,
    duration: data.duration_s,
    height: lanesHeight(),
    barWidth: 2,
    barGap: 1,
    barRadius: 1,
    cursorWidth: 2,
    dragToSeek: true,
    cspNonce: player.dataset.cspNonce,
    ...look(),
  });
  surfer.on("interaction", (time) => seek(time));

  const regions = surfer.registerPlugin(RegionsPlugin.create());
  const tagColour = (tag) => {
    if (tag.kind === "silence") return colour("--quiet", 16);
    if (tag.kind === "overtalk" || tag.kind === "interruption") return colour("--zero", 24);
    return colour("--half", 22);
  };
  const drawTags = () => {
    regions.clearRegions();
    for (const tag of data.tags) {
      const region = regions.addRegion({
        start: tag.start_s,
        end: tag.end_s,
        color: tagColour(tag),
        drag: false,
        resize: false,
        ...(tag.lane === null ? {} : { channelIdx: tag.lane }),
      });
      if (region.element) {
        region.element.title = tag.title;
        region.element.style.cursor = "pointer";
      }
    }
  };
  surfer.on("ready", drawTags);

  // Until its sound is loaded the audio element tells of no movement; the place is shown all the same.
  const showPlace = () => {
    if (audio.readyState === 0 && surfer.getDuration() > 0) surfer.setTime(now());
  };
  surfer.on("ready", showPlace);
  document.addEventListener("sapa:time", showPlace);

  const redraw = () => {
    surfer.setOptions({ ...look(), height: lanesHeight() });
    drawTags();
  };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  matchMedia("(max-width: 640px)").addEventListener("change", redraw);
}
