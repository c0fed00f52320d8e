/** The `result` of a `generar_reporte`. */
export interface Reporte {
  periodo: { desde: string; hasta: string };
  entregas: {
    total: number;
    por_estado: Record<string, number>;
    por_dia: { dia: string; estado: string; cantidad: number }[];
  };
  confirmaciones: {
    aceptadas: number;
    aplicadas: number;
    rechazadas: number;
    muertas: number;
    con_reintentos: number;
    reintentos: number;
    /** From the request to ENTREGADA, ms; null without any. */
    latencia_ms: { p50: number; p90: number; p99: number; max: number } | null;
  };
  firmas_rechazadas: number;
  productos: { producto_id: number; sku: string; nombre: string; unidades: number; entregas: number }[];
}
