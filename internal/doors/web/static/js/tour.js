// The guided tour marks what is meant on the page.
const mark = () => {
  const selector = document.querySelector(".tour")?.dataset.target;
  const target = selector ? document.querySelector(selector) : null;
  for (const old of document.querySelectorAll(".toured")) if (old !== target) old.classList.remove("toured");
  target?.classList.add("toured");
};
mark();
new MutationObserver(mark).observe(document.querySelector("main"), { childList: true });
