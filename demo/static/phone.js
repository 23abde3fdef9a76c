// Asks every two seconds for the bubbles; the server has escaped them. One request at a time.
const talk = document.getElementById("talk");
let etag = "";
let seen = 0;

function marks(fresh) {
  for (const message of talk.querySelectorAll(".message")) {
    const n = Number(message.dataset.n);
    if (fresh && n > seen) message.classList.add("new");
    seen = Math.max(seen, n);
  }
}

async function refresh() {
  try {
    const headers = etag ? { "If-None-Match": etag } : {};
    const answer = await fetch("/phone/bubbles", { headers, cache: "no-store", signal: AbortSignal.timeout(8000) });
    if (answer.status === 200) {
      const html = await answer.text();
      if (etag !== answer.headers.get("ETag")) {
        const low = talk.scrollHeight - talk.scrollTop - talk.clientHeight < 80;
        etag = answer.headers.get("ETag");
        talk.innerHTML = html;
        marks(true);
        if (low) talk.scrollTop = talk.scrollHeight;
      }
      document.title = "值班手机";
    }
  } catch (error) {
    document.title = "值班手机（演示站没有回答：" + error.name + "）";
  }
  setTimeout(refresh, 2000);
}

marks(false);
talk.scrollTop = talk.scrollHeight;
refresh();
