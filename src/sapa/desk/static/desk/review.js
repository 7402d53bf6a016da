// Behaviours of the marking desk, beside those of the call page.
import "./review_saving.js";
import "./review_keys.js";
