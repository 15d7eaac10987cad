// Narrows the list of incidents to the rows that contain what is typed. Without scripts the list stands whole.
const box = document.getElementById("narrow");
const rows = [...document.querySelectorAll("#incidents tbody tr")];
box.hidden = false;
box.addEventListener("input", () => {
  const wanted = box.value.trim().toLocaleLowerCase();
  let shown = 0;
  for (const row of rows) {
    row.hidden = !row.textContent.toLocaleLowerCase().includes(wanted);
    shown += row.hidden ? 0 : 1;
  }
  document.getElementById("nothing").hidden = shown > 0;
});
