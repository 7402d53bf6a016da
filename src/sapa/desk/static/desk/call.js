// Behaviours of the call page. Each stands alone and finds its elements by data-attributes.
import "./waveform.js";
import "./controls.js";
import "./skip_silence.js";
import "./transcript.js";
import "./find.js";
import "./stretches.js";
import "./moments.js";
import "./heard.js";
import "./keys.js";
