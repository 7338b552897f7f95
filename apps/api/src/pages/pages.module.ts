import { Module } from '@nestjs/common';

import { PagesController } from './pages.controller.js';
import { Sessions } from './sessions.js';

/** Server-rendered pages for people; the key ring and the store come from the app. */
@Module({ controllers: [PagesController], providers: [Sessions] })
export class PagesModule {}
