import { unauthorized } from '@medisupply/shared/http/app-error';

export const sessionOver = () => unauthorized('La sesión terminó; inicie sesión de nuevo');
