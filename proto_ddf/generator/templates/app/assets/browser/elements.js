// Makes elements for what these scripts draw.

export function element(tag, className = "", children = []) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

/** A picture beside words that say the same. */
export function icon(shape, size) {
  const holder = element("span", "outbox-icon");
  holder.innerHTML = `<svg width="${size}" height="${size}" viewBox="0 0 24 24" aria-hidden="true">${shape}</svg>`;
  return holder;
}
