// Forms whose texts the server holds while they are typed (<form data-typed>). A page says by <meta name="typed-texts"> that it
// may have some, and that the length of every text is checked.
import { askBeforeLeavingChangedForms } from "./changed_forms.js";
import { refuseLongTexts } from "./long_texts.js";
import { restoreTypedTexts } from "./typed_texts.js";

if (document.querySelector('meta[name="typed-texts"]')) {
  refuseLongTexts(); // First: what is refused is not kept to be restored.
  restoreTypedTexts();
  askBeforeLeavingChangedForms();
  sendOnlyChangesOfPlans();
}

/** A plan has many texts. Those that have not changed are not sent. */
function sendOnlyChangesOfPlans() {
  document.addEventListener("formdata", ({ target, formData }) => {
    for (const control of target.querySelectorAll("[data-plan]")) {
      if (control.value === control.defaultValue) formData.delete(control.name);
    }
  });
}
