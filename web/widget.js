// @ts-check
// The one file that an intranet page names: <script type="module" src="https://…/widget.js"></script>
import { KeikakuChat } from "./static/widget/element.js";

if (!customElements.get("keikaku-chat")) customElements.define("keikaku-chat", KeikakuChat);
