// Sends chosen files one by one as they are, then has them taken in. What was sent and not taken in waits in the archive.
"use strict";

const form = document.querySelector("[data-send]");
const told = form.querySelector("[data-progress]");

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const files = [...form.querySelector("input[type=file]").files];
  const button = form.querySelector("button");
  const words = told.dataset.words;
  button.disabled = true;
  let sent = 0;
  for (const file of files) {
    told.textContent = words.replace("##", String(files.length)).replace("#", String(sent));
    const query = new URLSearchParams({ batch: form.batch.value, name: file.name });
    const answer = await fetch(`/add/send?${query}`, {
      method: "POST",
      body: file,
      headers: { "x-dalil-token": form.token.value, "content-type": "application/octet-stream" },
    });
    if (!answer.ok) {
      const reply = await answer.json().catch(() => ({ error: `${file.name}: ${answer.status}` }));
      const line = document.createElement("p");
      line.setAttribute("role", "alert");
      line.textContent = reply.error;
      told.after(line);
    } else {
      sent += 1;
    }
  }
  told.textContent = words.replace("##", String(files.length)).replace("#", String(sent));
  if (sent) form.submit();
  else button.disabled = false;
});
