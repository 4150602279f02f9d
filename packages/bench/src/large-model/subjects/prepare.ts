import { prepareModel } from "@virga/core/weights";
import { report } from "../../weights/subject.ts";
import { readOrder } from "../order.ts";

const { originalPath, preparedFolder } = readOrder();
const { load } = await prepareModel(originalPath, preparedFolder);
if (load.kind === "original") throw new Error(`not prepared: ${load.reason}`);
report();
process.exit();
