"use strict";
addEventListener("beforeprint", () => {
  for (const folded of document.querySelectorAll("details")) folded.open = true;
});
for (const button of document.querySelectorAll("th button")) {
  button.addEventListener("click", () => {
    const heading = button.parentElement;
    const body = heading.closest("table").tBodies[0];
    const rising = heading.getAttribute("aria-sort") !== "ascending";
    for (const other of heading.parentElement.cells) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", rising ? "ascending" : "descending");
    const key = (row) => {
      const cell = row.cells[heading.cellIndex];
      return cell.dataset.value ?? cell.textContent;
    };
    const isWord = heading.classList.contains("word");
    const order = (a, b) => {
      if (a === "" || b === "") return (a === "") - (b === "");
      const way = isWord ? a.localeCompare(b, "en", { numeric: true }) : Number(a) - Number(b);
      return rising ? way : -way;
    };
    body.append(...[...body.rows].sort((a, b) => order(key(a), key(b))));
  });
}
