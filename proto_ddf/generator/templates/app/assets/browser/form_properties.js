// Reads the properties of forms. A control named "elements", "dataset" or "closest" hides its form's own property of that name;
// these functions read it all the same.
const getter = (type, name) => Object.getOwnPropertyDescriptor(type.prototype, name).get;
const readConnected = getter(Node, "isConnected");
const readDataset = getter(HTMLElement, "dataset");
const readElements = getter(HTMLFormElement, "elements");

export const elementsOf = (form) => [...readElements.call(form)];
export const datasetOf = (element) => (element instanceof HTMLElement ? readDataset.call(element) : element.dataset);
export const isOnPage = (element) => readConnected.call(element);
export const find = (form, selector) => Element.prototype.querySelector.call(form, selector);
export const findAll = (form, selector) => Element.prototype.querySelectorAll.call(form, selector);
export const closest = (target, selector) =>
  target instanceof Element ? Element.prototype.closest.call(target, selector) : null;
