// The page reads without this: it shows the values under the pointer at once instead of as a
// tooltip, and hides a series when its key is clicked.
for (const figure of document.querySelectorAll("figure")) {
  figure.classList.add("scripted");
  const box = document.createElement("div");
  box.className = "readout";
  box.hidden = true;
  figure.append(box);
  for (const svg of figure.querySelectorAll("svg.chart")) {
    const cursor = document.createElementNS("http://www.w3.org/2000/svg", "line");
    cursor.setAttribute("class", "cursor");
    svg.append(cursor);
    const hide = () => {
      box.hidden = true;
      cursor.setAttribute("visibility", "hidden");
    };
    hide();
    for (const column of svg.querySelectorAll(".hits rect")) {
      const values = column.querySelector("title").textContent;
      column.querySelector("title").remove();
      const show = () => {
        for (const end of ["1", "2"]) cursor.setAttribute("x" + end, column.dataset.at);
        cursor.setAttribute("y1", column.getAttribute("y"));
        cursor.setAttribute("y2", +column.getAttribute("y") + +column.getAttribute("height"));
        cursor.removeAttribute("visibility");
        box.textContent = values;
        box.hidden = false;
        const place = figure.getBoundingClientRect();
        const line = cursor.getBoundingClientRect();
        const right = line.left - place.left + 12;
        const fits = place.width - right - box.offsetWidth > 0;
        box.style.left = (fits ? right : Math.max(0, right - 24 - box.offsetWidth)) + "px";
        box.style.top = line.top - place.top + 8 + "px";
      };
      column.addEventListener("pointerenter", show);
      column.addEventListener("pointerdown", show);
    }
    svg.addEventListener("pointerleave", hide);
  }
  for (const key of figure.querySelectorAll(".key")) {
    key.addEventListener("click", () => {
      const off = key.classList.contains("off");
      for (const part of figure.querySelectorAll(`[data-series="${key.dataset.series}"]`)) {
        part.classList.toggle("off", !off);
      }
    });
  }
}
