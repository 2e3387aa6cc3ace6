// Matching by keyboard: S chooses items, A leaves on account, U takes the last one back; Enter on a proposal
// accepts it and Tab goes to the next. What is left to place counts down while amounts are typed; whole numbers
// of the smallest unit, since money is no fraction.

let going = -Infinity;
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]") || event.target.closest("input, textarea, select")) return;
  if (event.key === "g") { going = performance.now(); return; }
  if (performance.now() - going < 1200) return; // the second letter of a jump
  if (!"sau".includes(event.key)) return;
  const button = document.querySelector(`main [data-key="${event.key}"]`);
  if (button) { event.preventDefault(); button.click(); }
});

const form = document.querySelector("[data-place]");
if (form) {
  const digits = (form.dataset.place.split(".")[1] ?? "").length;
  const units = (text) => {
    const plain = text.trim().replace(/[\s,](?=\d{3}(\D|$))/g, "").replace(",", ".");
    if (!/^\d+(\.\d*)?$/.test(plain)) return 0n;
    const [whole, part = ""] = plain.split(".");
    return BigInt(whole + part.slice(0, digits).padEnd(digits, "0"));
  };
  const write = (n) => {
    const text = String(n < 0n ? -n : n).padStart(digits + 1, "0");
    const whole = text.slice(0, text.length - digits).replace(/\B(?=(\d{3})+$)/g, ",");
    return (n < 0n ? "−" : "") + whole + (digits ? "." + text.slice(-digits) : "");
  };
  const left = form.querySelector("[data-left]");
  const count = () => {
    const placed = [...form.querySelectorAll("[data-open]")].reduce((sum, field) => sum + units(field.value), 0n);
    const rest = units(form.dataset.place) - placed;
    left.textContent = write(rest);
    left.classList.toggle("late", rest < 0n);
  };
  form.addEventListener("input", count);
  count();
}
