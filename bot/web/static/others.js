// The page of what somebody else shows to one's workspace.

import { wireKeeping } from "./keep.js";

wireKeeping(document.getElementById("main").dataset.id);
