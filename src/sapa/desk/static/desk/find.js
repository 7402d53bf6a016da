// Finds words in the transcript as they are typed; Enter goes to the next turn that has them.
const box = document.querySelector("[data-find]");

if (box) {
  const input = box.querySelector("input");
  const count = box.querySelector("[data-find-count]");
  const turns = [...document.querySelectorAll("[data-turn]")].map((element) => ({
    element,
    words: [...element.querySelectorAll(".w")],
  }));
  let found = [];
  let place = -1;
  box.hidden = turns.length === 0;

  const plain = (text) => text.toLocaleLowerCase().replace(/[^\p{L}\p{N}]+/gu, " ").trim();

  // The wanted words may begin in the middle of one word and end in the middle of another.
  function mark(turn, wanted) {
    const texts = turn.words.map((word) => plain(word.textContent));
    let isHit = false;
    turn.words.forEach((word, at) => {
      const joined = texts.slice(at, at + wanted.split(" ").length + 1).join(" ");
      const place = wanted ? joined.indexOf(wanted) : -1;
      if (place < 0 || place >= Math.max(1, texts[at].length)) return;
      isHit = true;
      for (let next = at, left = place + wanted.length; left > 0 && next < texts.length; next += 1) {
        turn.words[next].classList.add("is-found");
        left -= texts[next].length + 1;
      }
    });
    return isHit;
  }

  function look() {
    for (const turn of turns) for (const word of turn.words) word.classList.remove("is-found");
    const wanted = plain(input.value);
    found = wanted ? turns.filter((turn) => mark(turn, wanted)) : [];
    place = -1;
    count.textContent = wanted ? String(found.length) : "";
  }

  input.addEventListener("input", look);
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || found.length === 0) return;
    event.preventDefault();
    place = (place + (event.shiftKey ? found.length - 1 : 1)) % found.length;
    found[place].element.scrollIntoView({ block: "center", behavior: "smooth" });
    count.textContent = `${place + 1}/${found.length}`;
  });
}
