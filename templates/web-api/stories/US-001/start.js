import { createService } from './src/server.js';
import { openStore } from './src/store.js';

const port = Number(process.env.PORT ?? 8080);
const service = await createService(openStore(process.env.LINKS_FILE ?? 'links.json'));
service.listen(port, () => console.log(`http://localhost:${port}`));
